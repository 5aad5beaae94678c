import type { AssistantMessage, Span } from "@unsay/core";

/** What was done with words of an answer. */
export type UseKind = "copied" | "quoted" | "inserted" | "applied" | "ran";

/** Words of an answer that somebody used, as plain JSON: places and a hash, never the words, so that expunged text is not kept here. */
export interface UsedRange {
  readonly id: string;
  readonly message: string;
  readonly kind: UseKind;
  /** Span ids with the first and the end of what was used of each, in UTF-16 units. */
  readonly spans: readonly (readonly [span: string, from: number, to: number])[];
  /** How many revisions the answer had then. */
  readonly revision: number;
  /** It had ended well then, so that nobody was told less than there was. */
  readonly wasFinished: boolean;
  /** Hex SHA-256 that binds the words to their message. */
  readonly hash: string;
  /** Epoch ms. */
  readonly at: number;
  /** The reader has seen the news up to this many revisions, and put it away. */
  readonly dismissedAt?: { readonly news: UseNews; readonly revision: number };
}

/** What became of used words. */
export type UseNews = "revised" | "retracted" | "truncated";

/** `null` while the words stand as they stood. */
export function newsOfUse(message: AssistantMessage, use: UsedRange): UseNews | null {
  if (message.status === "truncated" && message.cause === "withheld") return "retracted";
  const states = use.spans.map(([id]) => findSpan(message, id)?.state);
  if (states.includes("retracted")) return "retracted";
  if (states.includes("replaced")) return "revised";
  return message.status === "truncated" && !use.wasFinished ? "truncated" : null;
}

export interface UsedNews {
  readonly use: UsedRange;
  readonly news: UseNews;
  /** The correction that reached it; `null` where none has a number. */
  readonly revision: number | null;
}

const WEIGHT: Record<UseNews, number> = { retracted: 2, revised: 1, truncated: 0 };

/** The weightiest news about what was used of a message, without what the reader has put away. */
export function selectUsedNews(message: AssistantMessage, uses: readonly UsedRange[]): UsedNews | null {
  const all = uses.flatMap((use) => {
    const news = newsOfUse(message, use);
    return news === null || isDismissed(message, use, news) ? [] : [{ use, news, revision: revisionOf(message, use) }];
  });
  return all.sort((a, b) => WEIGHT[b.news] - WEIGHT[a.news])[0] ?? null;
}

function isDismissed(message: AssistantMessage, { dismissedAt }: UsedRange, news: UseNews): boolean {
  return dismissedAt?.news === news && dismissedAt.revision >= message.revisions;
}

function revisionOf(message: AssistantMessage, use: UsedRange): number | null {
  const replacements = use.spans.flatMap(([id]) => findSpan(message, id)?.replacedBy ?? []);
  const numbers = replacements.flatMap((id) => findSpan(message, id)?.revision ?? []);
  return numbers.length === 0 ? null : Math.max(...numbers);
}

/** The words of an answer that were used before they were replaced. */
export function isUsedSpan(uses: readonly UsedRange[], span: string): boolean {
  return uses.some((use) => use.spans.some(([id]) => id === span));
}

/** `data-used`: each kind once, in the order of first use; absent when nothing was used. */
export function usedKinds(uses: readonly UsedRange[]): string | undefined {
  return uses.length === 0 ? undefined : [...new Set(uses.map((use) => use.kind))].join(" ");
}

function findSpan(message: AssistantMessage, id: string): Span | undefined {
  for (const part of message.parts) {
    const span = part.type === "text" ? part.spans.find((candidate) => candidate.id === id) : undefined;
    if (span !== undefined) return span;
  }
  return undefined;
}
