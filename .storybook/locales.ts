import { ar } from "../packages/ui/src/strings/ar.js";
import { createFormats } from "../packages/ui/src/strings/formats.js";
import { de } from "../packages/ui/src/strings/de.js";
import type { StringOverrides } from "../packages/ui/src/strings/en.js";

export const LOCALES = ["en", "de", "ar", "ja"] as const;

const { number, time } = createFormats("ja");
/** English words, with numbers and times as Japanese has them. */
const ja: StringOverrides = { number, time };

export function stringsOf(locale: unknown): StringOverrides | undefined {
  if (locale === "de") return de;
  if (locale === "ja") return ja;
  return locale === "ar" ? ar : undefined;
}

export function isRightToLeft(locale: unknown): boolean {
  return locale === "ar";
}
