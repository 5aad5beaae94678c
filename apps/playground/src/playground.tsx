import { createUnsayTransport } from "@unsay/core";
import { useThread } from "@unsay/react";
import { Chat, UnsayRoot } from "@unsay/ui";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { describeCall } from "./describe-call.ts";
import { ScenarioPicker, type Scenario } from "./scenarios.tsx";
import { readThreadId, writeThreadId } from "./thread-address.ts";

const transport = createUnsayTransport({ url: "/api" });

/** A demonstration gives up sooner than a product would: four tries in about four seconds, then Reconnect is offered. */
const RECONNECT = { tries: 4, baseMs: 500, maxMs: 2_000 };

const HEADING = "conversation";

type Theme = "auto" | "light" | "dark";

export function Playground(): ReactNode {
  const [threadId, setThreadId] = useState(readThreadId);
  const [theme, setTheme] = useState<Theme>("auto");
  useEffect(() => {
    const show = () => setThreadId(readThreadId());
    window.addEventListener("popstate", show);
    return () => window.removeEventListener("popstate", show);
  }, []);
  const startNew = () => {
    const id = crypto.randomUUID();
    writeThreadId(id, "push");
    setThreadId(id);
  };
  return (
    <UnsayRoot className="playground" {...(theme === "auto" ? {} : { theme })}>
      <Header theme={theme} onTheme={setTheme} onNew={startNew} />
      <Conversation key={threadId} threadId={threadId} theme={theme} />
    </UnsayRoot>
  );
}

interface HeaderProps {
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
  readonly onNew: () => void;
}

function Header({ theme, onTheme, onNew }: HeaderProps): ReactNode {
  return (
    <header className="playground-header">
      <h1>
        Unsay <span>playground</span>
      </h1>
      <label>
        <span>Theme</span>
        <select value={theme} onChange={(event) => onTheme(event.target.value as Theme)}>
          <option value="auto">Auto</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
      <button type="button" onClick={onNew}>
        New thread
      </button>
    </header>
  );
}

interface ConversationProps {
  readonly threadId: string;
  readonly theme: Theme;
}

function Conversation({ threadId, theme }: ConversationProps): ReactNode {
  const { sendMessage } = useThread({ id: threadId, transport, reconnect: RECONNECT });
  const menu = useRef<HTMLDetailsElement>(null);
  const pick = (scenario: Scenario) => {
    sendMessage(scenario.prompt, { labels: { scenario: scenario.id } });
    if (menu.current !== null && !isWide()) menu.current.open = false;
  };
  return (
    <div className="playground-body">
      <details className="playground-menu" ref={menu} open={isWide()}>
        <summary>Scenarios</summary>
        <ScenarioPicker onPick={pick} />
      </details>
      <main aria-labelledby={HEADING}>
        <h2 id={HEADING} className="unsay-visually-hidden">
          Conversation
        </h2>
        <Chat
          transport={transport}
          threadId={threadId}
          empty={<Welcome />}
          describeCall={describeCall}
          {...(theme === "auto" ? {} : { theme })}
        />
      </main>
    </div>
  );
}

function isWide(): boolean {
  return window.matchMedia("(min-width: 60rem)").matches;
}

function Welcome(): ReactNode {
  return (
    <div className="playground-welcome">
      <h2>Watch an answer change its mind</h2>
      <p>
        Pick a scenario, or type anything. Stop it, redirect it, reload the page, pull the plug: the answer always says what it is, and
        never claims to be more.
      </p>
    </div>
  );
}
