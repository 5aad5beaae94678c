/** What a call would change, by kind. The words in it come from arguments; the kit clamps them and shows what is unseen. */
export type Effect =
  | {
      readonly kind: "message";
      readonly to: readonly string[];
      readonly copy?: readonly string[];
      readonly subject?: string;
      readonly body: string;
    }
  | { readonly kind: "diff"; readonly file?: string; readonly before: string; readonly after: string }
  | {
      readonly kind: "rows";
      /** How many in all. */
      readonly count: number;
      readonly noun?: string;
      /** Some of them, or all. */
      readonly rows: readonly (string | Readonly<Record<string, unknown>>)[];
    }
  | { readonly kind: "command"; readonly command: string; readonly host?: string; readonly directory?: string }
  | {
      readonly kind: "money";
      readonly amount: number;
      /** ISO 4217. */
      readonly currency: string;
      readonly payee: string;
      readonly balanceAfter?: number;
    }
  | { readonly kind: "access"; readonly who: string; readonly role: string; readonly reaches: readonly string[] }
  | { readonly kind: "json"; readonly value: unknown };

export type EffectOf<Kind extends Effect["kind"]> = Extract<Effect, { readonly kind: Kind }>;

export type DangerKind = "delete" | "force" | "admin" | "drop" | "remote" | "disk" | "permission" | "history";

const DANGERS: readonly (readonly [DangerKind, RegExp])[] = [
  ["delete", /\brm\s+(?:-{1,2}[\w-]+\s+)*-{1,2}(?:[rRf]|recursive|force)[\w-]*|\bfind\b[^\n]*-delete\b|\bshred\b|\bdel\s+\/[sq]\b/giu],
  ["drop", /\b(?:drop|truncate)\s+(?:table|database|schema|index)?|\bdelete\s+from\b|\bterraform\s+destroy\b|\bkubectl\s+delete\b/giu],
  ["history", /\bgit\s+(?:push\s[^\n]*(?:--force\b|-f\b)|reset\s+--hard|clean\s+-\w*f\w*)/giu],
  ["remote", /\b(?:curl|wget)\b[^\n|]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/giu],
  ["admin", /\b(?:sudo|doas|su)\b/giu],
  ["disk", /\bmkfs[.\w]*|\bdd\s+[^\n]*of=\/dev\/\w+|>\s*\/dev\/(?:sd|nvme|hd)\w*/giu],
  ["permission", /\bchmod\s+(?:-R\s+)?[0-7]?777\b/giu],
  ["force", /(?<=\s)--(?:force|no-verify|yes|auto-approve|skip-[\w-]+)\b/giu],
];

export interface DangerMark {
  readonly start: number;
  readonly end: number;
  readonly kind: DangerKind;
}

/** The parts of a command that are known to do harm, in order, without overlaps. Absence of a mark proves nothing. */
export function dangersOf(command: string): readonly DangerMark[] {
  const marks = DANGERS.flatMap(([kind, pattern]) =>
    Array.from(command.matchAll(pattern), (match) => ({ start: match.index, end: match.index + match[0].length, kind })),
  ).sort((one, other) => one.start - other.start || other.end - one.end);
  return marks.filter((mark, at) => marks.slice(0, at).every(({ end }) => end <= mark.start));
}

export interface DiffLine {
  readonly sign: "+" | "-" | " ";
  readonly text: string;
}

/** More lines than this are compared only at their ends. */
const MAX_COMPARED = 400;

/** Line by line. The beginning and the end that are alike are found first; what is between is compared whole if it is short. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const old = before.split("\n");
  const now = after.split("\n");
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const same = (text: string): DiffLine => ({ sign: " ", text });
  return [
    ...old.slice(0, head).map(same),
    ...diffMiddle(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...old.slice(old.length - tail).map(same),
  ];
}

function diffMiddle(old: readonly string[], now: readonly string[]): readonly DiffLine[] {
  const removed = (text: string): DiffLine => ({ sign: "-", text });
  const added = (text: string): DiffLine => ({ sign: "+", text });
  if (old.length > MAX_COMPARED || now.length > MAX_COMPARED) return [...old.map(removed), ...now.map(added)];
  const lengths = commonLengths(old, now);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const text = old[i];
    if (text !== undefined && text === now[j]) {
      lines.push({ sign: " ", text });
      i += 1;
      j += 1;
    } else if (text !== undefined && (j >= now.length || (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) {
      lines.push(removed(text));
      i += 1;
    } else {
      lines.push(added(now[j] ?? ""));
      j += 1;
    }
  }
  return lines;
}

/** How many lines two texts still share from each pair of places on. */
function commonLengths(old: readonly string[], now: readonly string[]): readonly number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () => Array.from({ length: now.length + 1 }, () => 0));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] as number[];
      row[j] = old[i] === now[j] ? (lengths[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
