"use client";
import { useEffect, useId, useState, type ReactElement, type ReactNode } from "react";
import { systemClock, type AssistantMessage, type Clock, type Diagnostic, type Outcome, type Session, type Transport } from "@unsay/core";
import { createProblemBackend, performActs, type Problem } from "@unsay/core/testing";
import { SessionProvider, useThread } from "@unsay/react";
import { Button } from "../button/button.js";
import { HeadingLevelContext } from "../message/heading-level.js";
import { Chat, type ChatProps } from "../thread/chat.js";
import { BesidePanel } from "./beside-panel.js";

export interface ProblemStageProps extends Pick<ChatProps, "theme"> {
  readonly problem: Problem;
  readonly clock?: Clock | undefined;
}

/** One problem with its words, its conversation and what belongs beside it, played in the page. Renders a `section`. */
export function ProblemStage({ problem, clock = systemClock, ...rest }: ProblemStageProps): ReactElement {
  const [round, setRound] = useState(0);
  const id = useId();
  return (
    <section className="problem" aria-labelledby={id} data-problem={problem.id}>
      <header className="problem-header">
        <h2 id={id}>
          <span className="problem-id">{problem.id}</span> {problem.title}
        </h2>
        <Button onClick={() => setRound(round + 1)}>Play again</Button>
        <About problem={problem} />
      </header>
      <HeadingLevelContext.Provider value={3}>
        <Performance key={round} problem={problem} clock={clock} {...rest} />
      </HeadingLevelContext.Provider>
    </section>
  );
}

/** Open where there is room for it beside a conversation. */
function About({ problem }: Pick<ProblemStageProps, "problem">): ReactElement {
  const [isOpen, setIsOpen] = useState(() => window.matchMedia("(min-width: 40rem) and (min-height: 36rem)").matches);
  return (
    <details className="problem-about" open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>What to look for</summary>
      <dl>
        <div>
          <dt>Elsewhere</dt>
          <dd>{problem.whatOthersShow}</dd>
        </div>
        <div>
          <dt>Here</dt>
          <dd>{problem.whatYouSee}</dd>
        </div>
      </dl>
      <p className="problem-source">
        Played in this page by a scripted backend, without a server{problem.acts === undefined ? "" : "; the page also presses for you"}.
        After a reload it plays from the start.
      </p>
    </details>
  );
}

/** What an app would send to its dashboards. */
export interface ReportLog {
  readonly outcomes: readonly { readonly message: AssistantMessage; readonly outcome: Outcome }[];
  readonly diagnostics: readonly Diagnostic[];
}

const NOTHING_REPORTED: ReportLog = { outcomes: [], diagnostics: [] };

function Performance({ problem, clock, ...rest }: ProblemStageProps & { readonly clock: Clock }): ReactNode {
  const [{ transport, backend }] = useState(() => createProblemBackend(problem, { clock }));
  const [{ session, log }, thread] = useReportedThread(problem, transport, clock);
  useEffect(() => performActs(problem, session, clock), [problem, session, clock]);
  return (
    <div className="problem-body" data-beside={problem.beside}>
      {problem.beside === undefined ? null : (
        <SessionProvider session={session} clock={clock}>
          <aside className="problem-beside" aria-label="Beside the conversation">
            <BesidePanel kind={problem.beside} problem={problem} messages={thread.messages} log={log} sent={backend.sent} />
          </aside>
        </SessionProvider>
      )}
      <div className="problem-chat">
        <Chat {...problem.paint} {...rest} transport={transport} threadId={problem.id} clock={clock} />
      </div>
    </div>
  );
}

type Reported = { readonly session: Session; readonly log: ReportLog };

/** The chat below shares this session, and with it what is reported here. */
function useReportedThread(problem: Problem, transport: Transport, clock: Clock): readonly [Reported, ReturnType<typeof useThread>] {
  const [log, setLog] = useState(NOTHING_REPORTED);
  const thread = useThread({
    id: problem.id,
    transport,
    clock,
    ...(problem.reconnect === undefined ? {} : { reconnect: problem.reconnect }),
    onOutcome: (message, outcome) => setLog((before) => ({ ...before, outcomes: [...before.outcomes, { message, outcome }] })),
    onDiagnostic: (diagnostic) => setLog((before) => ({ ...before, diagnostics: [...before.diagnostics, diagnostic] })),
  });
  return [{ session: thread.session, log }, thread];
}
