/** Longest name, id or label that is kept of what a server sent. UTF-16 units. */
const MAX_LENGTH = 200;

/** Figures are kept and sent on, so no server may make them long. */
export function clip(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
}
