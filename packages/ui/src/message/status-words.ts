import type { AssistantMessage } from "@unsay/core";

/** What changes with every word that comes, and is told by no word of the status as long as words come. */
const SILENT: ReadonlySet<string> = new Set<keyof AssistantMessage>(["parts", "run", "waitingSince"]);
const SILENT_OF_RUN: ReadonlySet<string> = new Set(["lastSeq"]);

/** Only text has come between these two, and the status of the first still holds. */
export function hasSameStatus(before: AssistantMessage, after: AssistantMessage): boolean {
  if (before === after) return true;
  if (!isFlowing(before) || !isFlowing(after) || before.run === null || after.run === null) return false;
  return isSameBut(SILENT, before, after) && isSameBut(SILENT_OF_RUN, before.run, after.run);
}

function isFlowing(message: AssistantMessage): boolean {
  return message.status === "streaming" && message.liveness === "flowing";
}

/** Compares the members of two objects by identity, all but some. */
export function isSameBut<Members extends object>(aside: ReadonlySet<string>, before: Members, after: Members): boolean {
  if (Object.keys(before).length !== Object.keys(after).length) return false;
  for (const name in after) if (!aside.has(name) && !(name in before && before[name] === after[name])) return false;
  return true;
}
