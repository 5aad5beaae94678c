"use client";
import { createContext, useContext } from "react";
import type { Context } from "react";

/** Level of the hidden heading of a message; headings inside the answer come below it. */
export const HeadingLevelContext: Context<number> = createContext(3);

export function useHeadingLevel(): number {
  return useContext(HeadingLevelContext);
}
