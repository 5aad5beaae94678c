/** The line a reader has at the top of a scroller: a place in the text, where it stood, and the words there to find it again. */
export interface ReadingLine {
  readonly node: Node;
  readonly offset: number;
  readonly words: string;
  readonly top: number;
  /** What stays when the text is drawn anew as something else. */
  readonly message: Element | null;
}

/** Below the upper edge, in px: the first of these at which there is text counts. */
const DEPTHS = [2, 14, 30, 60, 120];
const WORDS_LENGTH = 24;

/** `null` where no text is in view. */
export function findReadingLine(scroller: HTMLElement, content: HTMLElement): ReadingLine | null {
  const box = scroller.getBoundingClientRect();
  for (const depth of DEPTHS) {
    const place = placeAt(box.left + box.width / 2, box.top + scroller.clientTop + depth);
    if (place === null || !content.contains(place.node)) continue;
    const line = lineAt(place.node, place.offset);
    if (line !== null && line.top > box.top - 40) return line;
  }
  return null;
}

/** Where the line stands now; `null` when its words are gone. */
export function topOfLine(line: ReadingLine): number | null {
  const { node, offset, words } = line;
  if (node.isConnected && node.nodeType !== Node.TEXT_NODE) return (node as Element).getBoundingClientRect().top;
  if (node.isConnected && node.nodeValue?.slice(offset).startsWith(words) === true) return topOfCharacter(node, offset);
  return topOfWords(line);
}

function placeAt(x: number, y: number): { readonly node: Node; readonly offset: number } | null {
  if (typeof document.caretPositionFromPoint === "function") {
    const position = document.caretPositionFromPoint(x, y);
    return position === null ? null : { node: position.offsetNode, offset: position.offset };
  }
  // Safari has only the older name.
  const older = document as { readonly caretRangeFromPoint?: (x: number, y: number) => Range | null };
  const range = older.caretRangeFromPoint?.(x, y) ?? null;
  return range === null ? null : { node: range.startContainer, offset: range.startOffset };
}

function lineAt(node: Node, offset: number): ReadingLine | null {
  if (node.nodeType !== Node.TEXT_NODE) return elementLine(node, offset);
  const length = node.nodeValue?.length ?? 0;
  if (length === 0) return null;
  const place = Math.min(offset, length - 1);
  const top = topOfCharacter(node, place);
  return top === null
    ? null
    : { node, offset: place, words: (node.nodeValue ?? "").slice(place, place + WORDS_LENGTH), top, message: messageOf(node) };
}

function elementLine(node: Node, offset: number): ReadingLine | null {
  const child = node.childNodes[offset] ?? node;
  if (!(child instanceof Element)) return null;
  return { node: child, offset: 0, words: "", top: child.getBoundingClientRect().top, message: null };
}

function topOfCharacter(node: Node, offset: number): number | null {
  const range = document.createRange();
  range.setStart(node, offset);
  range.setEnd(node, Math.min(offset + 1, node.nodeValue?.length ?? offset));
  const box = range.getClientRects()[0];
  return box === undefined ? null : box.top;
}

function messageOf(node: Node): Element | null {
  return node.parentElement?.closest("[data-message]") ?? null;
}

/**
 * A mark that came before it may have cut the text anew, or the text is read as Markdown now: the words are looked for in
 * what stands around, without signs that may have been read, and the nearest to where they stood are taken.
 */
function topOfWords({ node, words, top, message }: ReadingLine): number | null {
  const around = node.isConnected ? node.parentElement?.closest('[data-unsay="answer.block"]') : message;
  if (around == null || words === "") return null;
  const tops = topsOf(around, words);
  const found = tops.length > 0 ? tops : topsOf(around, longestRun(words));
  return found.toSorted((one, other) => Math.abs(one - top) - Math.abs(other - top))[0] ?? null;
}

/** Shorter words than these are anywhere. */
const LEAST_LENGTH = 4;

function longestRun(words: string): string {
  const runs = words.split(/[^\p{L}\p{N} ,.]+/u).map((run) => run.trim());
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), "");
}

function topsOf(around: Element, words: string): readonly number[] {
  if (words.length < LEAST_LENGTH) return [];
  const tops: number[] = [];
  const walker = document.createTreeWalker(around, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text !== null; text = walker.nextNode()) {
    const at = text.nodeValue?.indexOf(words) ?? -1;
    const top = at === -1 ? null : topOfCharacter(text, at);
    if (top !== null) tops.push(top);
  }
  return tops;
}
