"use client";
import { useSyncExternalStore, type HTMLAttributes, type ReactElement } from "react";
import { exceededBudget, type Diagnostic, type LatencyBudget, type RunMetrics, type Session } from "@unsay/core";
import { useSession, useStreamMetrics } from "@unsay/react";
import { flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { healthWords, type HealthWords } from "../strings/english/health.js";
import { useWords } from "../strings/strings.js";

export interface HealthPanelProps extends HTMLAttributes<HTMLElement> {
  /** The answer; by default the newest. */
  readonly messageId?: string;
  readonly session?: Session;
  /** Highest figures that are fine, in ms. */
  readonly budget?: LatencyBudget;
  /** What `onDiagnostic` was told, oldest first, as `useDiagnosticLog` keeps it. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** Figures of one run for developers; it wakes with each batch, so it belongs beside a chat and not in it. Renders a `section`. */
export const HealthPanel: UiComponent<HTMLElement, HealthPanelProps> = withRef("HealthPanel", (props, ref) => {
  const { session: given, messageId, budget, diagnostics = [], className, ...rest } = props;
  const near = useSession(given);
  const state = useSyncExternalStore(near.store.subscribe, near.store.getState, near.store.getState);
  const newest = state.messages.findLast(({ role }) => role === "assistant")?.id ?? "";
  const metrics = useStreamMetrics(messageId ?? newest, { session: near });
  const { health } = useWords(healthWords);
  return (
    <section aria-label={health.label} {...rest} ref={ref} className={joinClasses("unsay-panel", className)} data-unsay="health-panel">
      <p>
        {health.connection}: <strong>{health.connectionStatus[state.connection.status]}</strong>
      </p>
      {metrics === null ? <p>{health.none}</p> : <Figures metrics={metrics} budget={budget} />}
      <Diagnostics diagnostics={diagnostics} />
    </section>
  );
});

type FigureName = keyof HealthWords["health"]["metric"];

function Figures({ metrics, budget }: { readonly metrics: RunMetrics; readonly budget: LatencyBudget | undefined }): ReactElement {
  const { health } = useWords(healthWords);
  const over = new Map(exceededBudget(metrics, budget).map(({ figure, budgetMs }) => [figure as FigureName, budgetMs]));
  return (
    <dl data-unsay="health-panel.figures">
      {(Object.keys(health.metric) as FigureName[]).map((name) => {
        const limit = over.get(name);
        return (
          <div key={name} data-figure={name}>
            <dt>{health.metric[name]}</dt>
            <dd data-over={flag(limit !== undefined)}>
              {selectFigure(name, metrics[name], health)}
              {limit === undefined ? null : `, ${health.over(limit)}`}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** A figure nobody measured is said to be that, and is no zero. */
export function selectFigure(name: FigureName, value: number | null, words: HealthWords["health"]): string {
  if (value === null) return words.unknown;
  if (name === "churnRatio") return words.share(value);
  return name === "stalls" ? words.times(value) : words.ms(value);
}

function Diagnostics({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }): ReactElement {
  const { health } = useWords(healthWords);
  return (
    <div data-unsay="health-panel.diagnostics">
      <strong>{health.diagnostics}</strong>
      {diagnostics.length === 0 ? ` ${health.noDiagnostics}` : null}
      <ul>
        {diagnostics.map((diagnostic, place) => (
          <li key={place}>
            <code dir="ltr">{diagnostic.code}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}
