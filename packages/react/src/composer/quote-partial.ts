/** Longest quote, in UTF-16 units. */
export const MAX_QUOTE_LENGTH = 120;

/** More than a quote can be made of, whatever signs it loses. */
const LOOKED_AT = 2_000;

/**
 * The last of the words on screen, to be quoted back to who said them: whole words, on one line, without the signs of
 * Markdown. `undefined` where there are none.
 */
export function quotePartial(painted: string): string | undefined {
  const end = painted.slice(-LOOKED_AT);
  const words = plainWords(end).replace(/\s+/g, " ").trim();
  if (words === "") return undefined;
  if (words.length <= MAX_QUOTE_LENGTH) return end === painted ? words : `…${words}`;
  const tail = words.slice(1 - MAX_QUOTE_LENGTH);
  const start = tail.indexOf(" ");
  // A single word longer than the quote is cut, and never between the halves of a character.
  return `…${start === -1 ? tail.replace(/^[\uDC00-\uDFFF]/, "") : tail.slice(start + 1)}`;
}

/** What a reader sees of a text: lines of code as they are, and of other lines the words. */
function plainWords(markdown: string): string {
  let isCode = false;
  return markdown
    .split("\n")
    .map((line) => {
      if (!/^[ \t]*(?:`{3,}|~{3,})/.test(line)) return isCode ? line : wordsOfLine(line);
      isCode = !isCode;
      return "";
    })
    .join("\n");
}

function wordsOfLine(line: string): string {
  if (/^[\s|:=*_-]+$/.test(line)) return "";
  return line
    .replace(/^[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)]|#{1,6})[ \t]+)*/, "")
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, "$1")
    .replace(/^\||\|$/g, "")
    .replace(/ \| /g, " · ")
    .replace(/`+/g, "")
    .replace(/(^|[\s("“‘'[])[*_~]+(?=\S|$)/g, "$1")
    .replace(/([^\s*_~])[*_~]+(?=$|[\s)"”’'\].,;:!?])/g, "$1");
}
