import { makeVisible } from "../approval/visible-text.js";

/** Line endings as the parser has them, so that offsets by line hold, and no mark of byte order. */
export function normalizeText(text: string): string {
  const lines = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  return (lines.startsWith("\uFEFF") ? lines.slice(1) : lines).replaceAll("\0", "\uFFFD");
}

/** Controls, the overrides of text direction, and the invisible alphabet of tags. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNFIT = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A\u202B\u202D\u202E]|[\u{E0000}-\u{E007F}]+/gu;

/** Flags of regions are spelled in tags behind a black flag; anywhere else tags are words that nobody sees. */
const FLAG_BEFORE_TAGS = "\u{1F3F4}";

/** Prose as it is shown: right-to-left words stay as they are, what could hide or turn words round is written out. */
export function cleanProse(text: string): string {
  if (text.search(UNFIT) === -1) return text;
  return text.replace(UNFIT, (found, offset: number) => {
    const code = found.codePointAt(0) ?? 0;
    if (code >= 0xe0000) return text.slice(0, offset).endsWith(FLAG_BEFORE_TAGS) ? found : "";
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? "\u2421" : `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
  });
}

/** Code as it is shown and copied: nothing in it is invisible. */
export function cleanCode(text: string): string {
  return makeVisible(text);
}
