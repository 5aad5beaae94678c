import { createRandom } from "@unsay/core/testing";

/** What the agent says and does when it is asked this: the same in every process. */
export interface Lines {
  readonly words: readonly string[];
  /** The call after each word, where there is one. */
  readonly calls: readonly (CallLine | null)[];
}

export interface CallLine {
  readonly tool: "mail" | "pay" | "look";
  readonly deed: string;
  /** The agent goes on without waiting for it. */
  readonly isForgotten: boolean;
}

const TOOLS = ["mail", "mail", "pay", "look"] as const;

export function linesFor(seed: number, input: string): Lines {
  const random = createRandom(seed * 31 + input.length * 7 + (input.codePointAt(0) ?? 0));
  const count = 2 + Math.floor(random() * 5);
  const calls = Array.from({ length: count }, (_, at): CallLine | null => {
    if (random() > 0.45) return null;
    return { tool: TOOLS[Math.floor(random() * TOOLS.length)] ?? "mail", deed: `${input}:${at}`, isForgotten: random() < 0.15 };
  });
  return { words: [...Array.from({ length: count }, (_, at) => `${input}${at} `), "end."], calls };
}
