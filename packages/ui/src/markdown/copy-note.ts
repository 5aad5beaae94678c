"use client";
import { createContext, useContext, type Context } from "react";

/** What is added to a copy of something unfinished; `null` adds nothing. Asked at the press. */
export type CopyNote = () => string | null;

export const CopyNoteContext: Context<CopyNote> = createContext<CopyNote>(() => null);

export function useCopyNote(): CopyNote {
  return useContext(CopyNoteContext);
}
