"use client";
import { en, type Strings } from "./en.js";
import { useWords } from "./strings.js";

/** All words of the nearest `StringsProvider`; English without one. */
export function useStrings(): Strings {
  return useWords(en);
}
