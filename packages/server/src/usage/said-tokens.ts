import type { PartKind } from "@unsay/core/protocol";
import { approximateTokens } from "./tokens.js";

interface SaidSpan {
  readonly isAnswer: boolean;
  /** Text length and tokens after each piece, in order. */
  readonly points: { readonly units: number; readonly tokens: number }[];
}

/** How many tokens each piece of an answer had, so that any place in it can be told in tokens. */
export class SaidTokens {
  readonly #spans = new Map<string, SaidSpan>();
  #total = 0;
  #isExact = true;

  /** Without `tokens` they are estimated. */
  add(span: string, kind: PartKind, text: string, tokens?: number): void {
    if (tokens === undefined) this.#isExact = false;
    const count = tokens ?? approximateTokens(text);
    const said = this.#spans.get(span) ?? { isAnswer: kind !== "reasoning", points: [{ units: 0, tokens: 0 }] };
    const last = said.points.at(-1) ?? { units: 0, tokens: 0 };
    said.points.push({ units: last.units + text.length, tokens: last.tokens + count });
    this.#spans.set(span, said);
    this.#total += count;
  }

  /** Every piece came with its count. */
  get isExact(): boolean {
    return this.#isExact && this.#spans.size > 0;
  }

  get total(): number {
    return Math.round(this.#total);
  }

  /** Tokens of the answer, without reasoning, up to a place in it; `null`: there is no such place. */
  upTo(painted: { readonly span: string; readonly offset: number } | null): number | null {
    if (painted === null) return 0;
    if (!this.#spans.has(painted.span)) return null;
    let tokens = 0;
    for (const [span, said] of this.#spans) {
      if (said.isAnswer) tokens += span === painted.span ? tokensAt(said, painted.offset) : (said.points.at(-1)?.tokens ?? 0);
      if (span === painted.span) break;
    }
    return Math.round(tokens);
  }
}

function tokensAt({ points }: SaidSpan, units: number): number {
  const after = points.findIndex((point) => point.units >= units);
  const to = points[after];
  const from = points[after - 1];
  if (to === undefined) return points.at(-1)?.tokens ?? 0;
  if (from === undefined || to.units === from.units) return to.tokens;
  return from.tokens + ((to.tokens - from.tokens) * (units - from.units)) / (to.units - from.units);
}
