"use client";

import { useEffect, useLayoutEffect } from "react";

/** An effect that runs before the browser paints; on a server, where nothing is painted, it is one that never runs. */
export const useBeforePaint: typeof useEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;
