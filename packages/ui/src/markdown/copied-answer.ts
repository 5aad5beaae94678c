"use client";
import { createContext, type Context } from "react";
import type { AssistantMessage } from "@unsay/core";

/** The answer that the text below is of, as it is when somebody asks; `null` where it is of none. */
export const CopiedAnswerContext: Context<() => AssistantMessage | null> = createContext<() => AssistantMessage | null>(() => null);
