import type { MarkdownIt, StateCore, Token } from "../markdown-it-types.js";

const BOX = /^\[([ xX])\](?=\s)/;

/** `- [x] done` begins with a box that says so. The box is drawn, it cannot be pressed. */
export function taskItems(md: MarkdownIt): void {
  md.core.ruler.push("unsay_task_items", (state) => {
    state.tokens.forEach((token, index) => {
      if (token.type === "inline" && isFirstInItem(state.tokens, index)) takeBox(token, state);
    });
  });
}

function isFirstInItem(tokens: readonly Token[], index: number): boolean {
  return tokens[index - 1]?.type === "paragraph_open" && tokens[index - 2]?.type === "list_item_open";
}

function takeBox(inline: Token, state: StateCore): void {
  const first = inline.children?.[0];
  if (first?.type !== "text") return;
  const found = BOX.exec(first.content);
  if (found === null) return;
  const box = new state.Token("task_box", "input", 0);
  box.meta = { isDone: found[1] !== " " };
  first.content = first.content.slice(found[0].length);
  inline.children?.unshift(box);
}
