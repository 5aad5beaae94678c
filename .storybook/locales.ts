import { ar } from "../packages/ui/src/strings/ar.js";
import { de } from "../packages/ui/src/strings/de.js";
import type { StringOverrides } from "../packages/ui/src/strings/en.js";

export const LOCALES = ["en", "de", "ar"] as const;

export function stringsOf(locale: unknown): StringOverrides | undefined {
  if (locale === "de") return de;
  return locale === "ar" ? ar : undefined;
}

export function isRightToLeft(locale: unknown): boolean {
  return locale === "ar";
}
