import { appendFileSync } from "node:fs";
import type { Agent } from "../agents/agent.js";
import type { ToolSet } from "../tool-call/tool.js";

/** What the agent of the kill tests says, and when it posts a mail: about sixty events. */
export const PARAGRAPHS: readonly string[] = Array.from({ length: 30 }, (_, index) => `Sentence ${index} of the report. `);
export const MAIL_AFTER: readonly number[] = [5, 12, 19, 26];
export const WHOLE_TEXT: string = PARAGRAPHS.join("");

/** Posts into a file, as a real mailbox would keep what it got: one line for each mail, with its idempotency key. */
export function createMailTools(mailbox: string): ToolSet {
  return {
    mail: {
      effect: "write",
      execute: (args: { readonly n: number }, context) => {
        appendFileSync(mailbox, `${context.run} ${context.callKey} ${args.n}\n`);
        return "posted";
      },
      receipt: () => ({ summary: "Posted" }),
    },
  };
}

/** Says each sentence after `pause`. */
export function createReporter(pause: () => Promise<void>): Agent {
  return async (run) => {
    for (const [index, sentence] of PARAGRAPHS.entries()) {
      run.text(sentence);
      await pause();
      if (MAIL_AFTER.includes(index)) await run.callTool("mail", { n: index });
    }
  };
}
