"use client";

import { useBeforePaint } from "../approval/use-before-paint.js";

/** In the gate's component: its last moment, before its elements leave the page. */
export function useGateLeft(noteGate: () => void): void {
  useBeforePaint(() => noteGate, [noteGate]);
}
