"use client";
import type { ReactElement } from "react";
import { DEFAULT_LATENCY_BUDGET, exceededBudget, type AssistantMessage, type LatencyBudget, type RunMetrics } from "@unsay/core";
import { useStreamMetrics } from "@unsay/react";
import { Panel } from "./panel.js";

type Figure = Exclude<keyof RunMetrics, "labels" | "abandoned" | "stopLatencyMs">;

const WORDS: Readonly<Record<Figure, string>> = {
  ackMs: "Run opened",
  firstEventMs: "First event",
  firstReasoningMs: "First thought",
  firstAnswerReceivedMs: "First word received",
  firstAnswerPaintedMs: "First word painted",
  heldBackMs: "Held back",
  waitMs: "Wait for the first word",
  streamMs: "Writing",
  totalMs: "In all",
  timeToSettledMs: "Until settled",
  maxGapMs: "Longest gap",
  p95GapMs: "95 % of gaps up to",
  stalls: "Stalls",
  churnRatio: "Taken back after it was painted",
};

const FIGURES: Readonly<Record<string, readonly Figure[]>> = {
  r7: ["ackMs", "firstReasoningMs", "firstAnswerReceivedMs", "heldBackMs", "firstAnswerPaintedMs", "totalMs"],
  r15: ["waitMs", "p95GapMs", "maxGapMs", "stalls", "totalMs"],
  r16: ["waitMs", "totalMs", "churnRatio"],
};
const PAIR: readonly Figure[] = ["waitMs", "streamMs", "totalMs"];

export interface LatencyPanelProps {
  readonly problemId: string;
  readonly answers: readonly AssistantMessage[];
}

/** Figures of each answer, side by side, as an app's developers may see them. */
export function LatencyPanel({ problemId, answers }: LatencyPanelProps): ReactElement {
  const figures = FIGURES[problemId] ?? PAIR;
  return (
    <Panel title="Measured in this page" note="From the moment the question left.">
      {answers.map((answer, index) => (
        <Figures key={answer.id} messageId={answer.id} figures={figures} caption={answers.length > 1 ? `Answer ${index + 1}` : null} />
      ))}
    </Panel>
  );
}

interface FiguresProps {
  readonly messageId: string;
  readonly figures: readonly Figure[];
  readonly caption: string | null;
}

function Figures({ messageId, figures, caption }: FiguresProps): ReactElement {
  const metrics = useStreamMetrics(messageId);
  const exceeded = metrics === null ? [] : exceededBudget(metrics);
  return (
    <table className="problem-figures">
      {caption === null ? null : <caption>{caption}</caption>}
      <tbody>
        {figures.map((figure) => {
          const isOver = exceeded.some((each) => each.figure === figure);
          return (
            <tr key={figure} data-tone={isOver ? "bad" : undefined}>
              <th scope="row">{WORDS[figure]}</th>
              <td>
                {shown(figure, metrics?.[figure] ?? null)}
                {isOver && isBudgeted(figure) ? <small>over {seconds(DEFAULT_LATENCY_BUDGET[figure] ?? 0)}</small> : null}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function isBudgeted(figure: Figure): figure is Figure & keyof LatencyBudget {
  return figure in DEFAULT_LATENCY_BUDGET;
}

function shown(figure: Figure, value: number | null): string {
  if (value === null) return "not yet";
  if (figure === "stalls") return String(value);
  return figure === "churnRatio" ? `${Math.round(value * 100)} %` : seconds(value);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 1_000 ? 2 : 1)} s`;
}
