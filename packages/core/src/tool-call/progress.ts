import type { CallProgress } from "../message/message.js";
import type { ToolProgress } from "../protocol/index.js";

/** What is held of a tool that streams: enough to see by, little enough for any page. */
export const MAX_PROGRESS_ROWS = 200;
/** UTF-16 units of `text`, and about as many of `preview`. */
export const MAX_PROGRESS_LENGTH: number = 256 * 1024;
const MAX_PREVIEW_DEPTH = 64;

/** The newest figures, and the deltas up to the caps. Costs as much as the event is long, however much came before. */
export function addProgress(known: CallProgress | undefined, event: ToolProgress): CallProgress {
  const { count, total, bytes } = { ...known, ...definedOnly(event) };
  const text = addText(known, event.delta);
  const preview = event.preview === undefined ? { preview: known?.preview } : capPreview(event.preview);
  const isCapped = known?.isCapped === true || text.isCapped === true || preview.isCapped === true;
  return {
    ...definedOnly({ count, total, bytes, text: text.text, rows: text.rows, preview: preview.preview }),
    ...(isCapped ? { isCapped: true } : {}),
  };
}

function definedOnly<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function addText(known: CallProgress | undefined, delta: string | undefined): Pick<CallProgress, "text" | "rows" | "isCapped"> {
  if (delta === undefined || delta === "" || known?.isCapped === true) return known ?? {};
  const { text = "", rows = 0 } = known ?? {};
  const lineEnds = text === "" ? 0 : rows - 1;
  const taken = firstRows(delta.slice(0, MAX_PROGRESS_LENGTH - text.length), MAX_PROGRESS_ROWS - lineEnds);
  const isCapped = taken.text.length < delta.length;
  if (taken.text === "") return { ...known, isCapped: true };
  return { text: text + taken.text, rows: lineEnds + taken.lineEnds + 1, ...(isCapped ? { isCapped } : {}) };
}

/** Up to, and without, the line end that would begin one row too many. */
function firstRows(text: string, rows: number): { readonly text: string; readonly lineEnds: number } {
  let lineEnds = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    if (lineEnds + 1 >= rows) return { text: text.slice(0, at), lineEnds };
    lineEnds += 1;
  }
  return { text, lineEnds };
}

/** A list keeps its first rows; anything else is held whole or not at all. */
function capPreview(preview: unknown): Pick<CallProgress, "preview" | "isCapped"> {
  if (!Array.isArray(preview)) return lengthOf(preview, MAX_PROGRESS_LENGTH) > MAX_PROGRESS_LENGTH ? { isCapped: true } : { preview };
  const rows: unknown[] = [];
  let room = MAX_PROGRESS_LENGTH;
  for (const row of preview) {
    room -= lengthOf(row, room);
    if (rows.length === MAX_PROGRESS_ROWS || room < 0) return { preview: rows, isCapped: true };
    rows.push(row);
  }
  return { preview: rows };
}

/** About the length of its JSON; looks no further than just beyond `enough`. */
function lengthOf(value: unknown, enough: number, depth = 0): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 8;
  if (depth === MAX_PREVIEW_DEPTH) return Number.POSITIVE_INFINITY;
  let length = 2;
  for (const key in value) {
    length += key.length + lengthOf(Reflect.get(value, key), enough - length, depth + 1);
    if (length > enough) return length;
  }
  return length;
}
