type Held =
  | { readonly kind: "text"; readonly key: string; text: string; readonly write: (text: string) => void }
  | { readonly kind: "whole"; readonly text: string; readonly write: () => void }
  | { readonly kind: "act"; readonly act: () => void };

/** What waits to be let through, in order: text that may be cut, text that may not, and acts that must not overtake it. */
export class HeldQueue {
  #items: Held[] = [];
  /** UTF-16 units at the front that were checked and are only kept to be checked again with what follows. */
  #checked = 0;

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  get hasText(): boolean {
    return this.#items.some((item) => item.kind !== "act");
  }

  /** Neighbours of one `key` become one text, so that no character stays cut where it was sent in halves. */
  addText(key: string, text: string, write: (text: string) => void): void {
    const last = this.#items.at(-1);
    if (last?.kind === "text" && last.key === key) last.text += text;
    else this.#items.push({ kind: "text", key, text, write });
  }

  addWhole(text: string, write: () => void): void {
    this.#items.push({ kind: "whole", text, write });
  }

  addAct(act: () => void): void {
    this.#items.push({ kind: "act", act });
  }

  clear(): void {
    this.#items = [];
    this.#checked = 0;
  }

  /** Does what waits for nothing. */
  runActs(): void {
    for (let first = this.#items[0]; first?.kind === "act"; first = this.#items[0]) {
      this.#items.shift();
      first.act();
    }
  }

  /** The text up to the first act, and how much of its end nobody has checked. */
  front(): { readonly text: string; readonly isWhole: boolean; readonly unchecked: number } {
    const end = this.#items.findIndex((item) => item.kind === "act");
    const items = end === -1 ? this.#items : this.#items.slice(0, end);
    const text = items.map((item) => (item.kind === "act" ? "" : item.text)).join("");
    return { text, isWhole: end !== -1, unchecked: text.length - this.#checked };
  }

  /** Lets the first `checked` units through, but for the last `keep` of them. Returns what was let through. */
  release(checked: number, keep: number): string {
    let left = Math.max(0, checked - keep);
    let released = "";
    for (let first = this.#items[0]; first !== undefined && first.kind !== "act"; first = this.#items[0]) {
      if (first.kind === "whole" ? first.text.length > left : left === 0) break;
      const piece = first.kind === "whole" ? first.text : first.text.slice(0, wholeUnits(first.text, left));
      if (first.kind === "text" && piece === "") break;
      if (first.kind === "whole") first.write();
      else first.write(piece);
      released += piece;
      left -= piece.length;
      if (first.kind === "text" && piece.length < first.text.length) first.text = first.text.slice(piece.length);
      else this.#items.shift();
    }
    this.#checked = checked - released.length;
    return released;
  }
}

/** No character is cut in two. */
function wholeUnits(text: string, units: number): number {
  if (units >= text.length) return text.length;
  const code = text.charCodeAt(units - 1);
  return code >= 0xd800 && code < 0xdc00 ? units - 1 : units;
}
