import type { StoredRun } from "../stores/store.js";

/** The first wording of a question: what all answers to it, and to its edits, have in common. */
export function turnOf(question: string | null, records: readonly StoredRun[]): string | null {
  const seen = new Set<string>();
  let first = question;
  for (let before = question; before !== null && !seen.has(before); before = editedBy(before, records)) {
    seen.add(before);
    first = before;
  }
  return first;
}

function editedBy(question: string, records: readonly StoredRun[]): string | null {
  return records.find(({ user }) => user?.id === question)?.user?.edits ?? null;
}
