"use client";

import type { AssistantMessage } from "@unsay/core";
import type { RefObject } from "react";
import { useClock } from "../session/context.js";
import { rememberCopy } from "./remember-copy.js";
import { useCopiedRange } from "./use-copied-range.js";
import { useUseStore } from "./uses-context.js";

/** Remembers what is copied by the browser's own means from the element of an answer. The clipboard is never touched. */
export function useNativeCopy(body: RefObject<HTMLElement | null>, message: AssistantMessage): void {
  const store = useUseStore();
  const clock = useClock();
  useCopiedRange(body, (range, element) => rememberCopy(range, element, { message, store, clock }));
}
