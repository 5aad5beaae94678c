/**
 * Marks travel through the markdown parser as Unicode noncharacters, which no text may interchange: U+FDD0 opens,
 * U+FDD1 closes, U+FDD2 stands for a mark without text, U+FDD3 ends one. The number of the mark follows in base 16,
 * its digits being U+FDE0 to U+FDEF. Whatever of these comes in model text is removed first.
 */
const OPEN = "\uFDD0";
const CLOSE = "\uFDD1";
const POINT = "\uFDD2";
const END = "\uFDD3";

const RESERVED = /[\uFDD0-\uFDEF]/g;
const SENTINEL = /([\uFDD0-\uFDD3])([\uFDE0-\uFDEF]+)/g;

export type Sentinel =
  | { readonly type: "open" | "close" | "point" | "end"; readonly mark: number }
  | { readonly type: "text"; readonly text: string };

export function stripMarkup(text: string): string {
  return text.replace(RESERVED, "");
}

function digits(mark: number): string {
  return Array.from(mark.toString(16), (digit) => String.fromCharCode(0xfde0 + Number.parseInt(digit, 16))).join("");
}

function numberOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum * 16 + character.charCodeAt(0) - 0xfde0, 0);
}

const TYPES: Record<string, "open" | "close" | "point" | "end"> = { [OPEN]: "open", [CLOSE]: "close", [POINT]: "point", [END]: "end" };

/** Text between the sentinels of a leaf, and the sentinels, in order. */
export function readSentinels(text: string): readonly Sentinel[] {
  const found: Sentinel[] = [];
  let offset = 0;
  for (const match of text.matchAll(SENTINEL)) {
    if (match.index > offset) found.push({ type: "text", text: text.slice(offset, match.index) });
    const type = TYPES[match[1] ?? ""];
    if (type !== undefined) found.push({ type, mark: numberOf(match[2] ?? "") });
    offset = match.index + match[0].length;
  }
  if (offset < text.length) found.push({ type: "text", text: text.slice(offset) });
  return found;
}

/** A mark around text. Every line gets sentinels of its own, because a mark may reach over several blocks. */
export function encloseInMark(text: string, mark: number, atLineStart: boolean): string {
  const lines = text.split("\n");
  const number = digits(mark);
  const first = lines.findIndex(isMarkable);
  if (first === -1) return text + POINT + number + END + number;
  const last = lines.findLastIndex(isMarkable);
  return lines
    .map((line, index) => {
      if (!isMarkable(line)) return line;
      const opening = (index === first ? POINT + number : "") + OPEN + number;
      const closing = CLOSE + number + (index === last ? END + number : "");
      return insertInLine(line, opening, closing, index > 0 || atLineStart);
    })
    .join("\n");
}

/** The words of every line between these two, so that a list stays a list and a paragraph is not torn. */
export function encloseLines(text: string, opening: string, closing: string): string {
  const enclose = (line: string): string => {
    if (!isMarkable(line)) return line;
    const marker = blockMarker(line);
    const words = line.slice(marker.length).trimEnd();
    return marker + opening + words + closing + line.slice(marker.length + words.length);
  };
  return text.split("\n").map(enclose).join("\n");
}

/** A mark in place of text that is gone. The markers of the block it stood in stay, so that the list stays a list. */
export function replaceByMark(text: string, mark: number, atLineStart: boolean): string {
  const leading = /^\s*\n/.exec(text)?.[0] ?? "";
  const trailing = /\n\s*$/.exec(text.slice(leading.length))?.[0] ?? "";
  const marker = leading !== "" || atLineStart ? blockMarker(text.slice(leading.length)) : "";
  return leading + marker + POINT + digits(mark) + trailing;
}

/** Lines that are nothing but block syntax (fences, rules, the line under a table's head) carry no mark. */
function isMarkable(line: string): boolean {
  return line.trim() !== "" && !/^\s*(?:`{3,}|~{3,})/.test(line) && !/^[\s|:=*_-]+$/.test(line);
}

function insertInLine(line: string, opening: string, closing: string, atLineStart: boolean): string {
  const marker = atLineStart ? blockMarker(line) : "";
  const rest = line.slice(marker.length);
  const table = /^(\s*\|)(.*?)(\|?\s*)$/.exec(rest);
  if (table !== null && atLineStart) return marker + table[1] + opening + table[2] + closing + table[3];
  const [, text = "", space = ""] = /^(.*?)(\s*)$/.exec(rest) ?? [];
  return marker + opening + text + closing + space;
}

function blockMarker(line: string): string {
  return /^[ \t]*(?:(?:>[ \t]?|(?:[-+*]|\d{1,9}[.)]|#{1,6})[ \t]+)[ \t]*)*/.exec(line)?.[0] ?? "";
}
