interface Sign {
  readonly found: string;
  /** May still become the sign. */
  readonly begun: RegExp;
  readonly whole: RegExp;
}

/** How bodies begin that are no text. */
const SIGNS: readonly Sign[] = [
  {
    found: "a web page",
    begun: /^\s*<(?:[!a-z]{0,8}\s{0,3}[a-z]{0,4})?$/iu,
    whole: /^\s*<(?:!doctype\s+html|(?:html|head)[\s>])/iu,
  },
  {
    found: "an event stream",
    begun: /^(?:data: ?|(?:(?:event|id):|:)[^\n]{0,200}(?:\n[^\n]{0,6})?)$/u,
    whole: /^(?:(?:event|id)?:[^\n]*\n+)*data: ?[{[]/u,
  },
];
const PREFIXES: readonly string[] = ["event:", "data:", "id:"];
/** An error in JSON, which is told from text about one only by its end. */
const ERROR = /^\s*\{\s*"error"/u;
const ERROR_BEGUN = /^\s*\{\s*(?:"(?:e(?:r(?:r(?:or?)?)?)?)?)?$/u;
/** Nothing is held back for longer: an error is short, and a page says sooner what it is. UTF-16 units. */
const MAX_HELD = 1024;
const MAX_ERROR = 16 * 1024;

/** Holds the beginning of a body back while it may be something else than text. */
export class HeadGuard {
  /** What the body is instead of text. */
  found: string | null = null;
  #held: string | null = "";
  #isError = false;

  get held(): string {
    return this.found === null ? (this.#held ?? "") : "";
  }

  /** The text that may be shown now. */
  pass(text: string): string {
    if (this.found !== null) return "";
    if (this.#held === null) return text;
    this.#held += text;
    if (this.#mustHold(this.#held)) return "";
    const passed = this.#held;
    this.#held = null;
    return passed;
  }

  #mustHold(held: string): boolean {
    this.#isError ||= ERROR.test(held);
    if (this.#isError) return held.length < MAX_ERROR;
    this.found = SIGNS.find(({ whole }) => whole.test(held))?.found ?? null;
    return this.found !== null || (held.length < MAX_HELD && mayBecomeOther(held));
  }
}

function mayBecomeOther(text: string): boolean {
  if (text.trim() === "" || ERROR_BEGUN.test(text)) return true;
  return PREFIXES.some((prefix) => prefix.startsWith(text)) || SIGNS.some(({ begun }) => begun.test(text));
}
