import { createUnsayTransport } from "@unsay/core";
import type { Problem } from "@unsay/core/testing";
import { useThread } from "@unsay/react";
import { Chat, UnsayRoot } from "@unsay/ui";
import { useEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { ProblemStage } from "../../../packages/ui/src/problems/problem-stage.tsx";
import { describeCall } from "./describe-call.ts";
import { ProblemPicker } from "./problem-picker.tsx";
import { ScenarioPicker, type Scenario } from "./scenarios.tsx";
import { goTo, readPlace, type Place } from "./thread-address.ts";

const transport = createUnsayTransport({ url: "/api" });

/** A demonstration gives up sooner than a product would: four tries in about four seconds, then Reconnect is offered. */
const RECONNECT = { tries: 4, baseMs: 500, maxMs: 2_000 };

const HEADING = "conversation";
const TITLE = document.title;

type Theme = "auto" | "light" | "dark";

export function Playground(): ReactNode {
  const [place, show] = usePlace();
  const [theme, setTheme] = useState<Theme>("auto");
  const menu = useRef<HTMLDetailsElement>(null);
  const pick = (problem: Problem) => {
    show({ problem });
    closeIfNarrow(menu);
  };
  return (
    <UnsayRoot className="playground" {...(theme === "auto" ? {} : { theme })}>
      <Header theme={theme} onTheme={setTheme} onNew={() => show({ thread: crypto.randomUUID() })} />
      <div className="playground-body">
        <details className="playground-menu" ref={menu} open={isWide()}>
          <summary>Things to try</summary>
          <nav aria-label="Things to try">
            <MenuGroup title="Scenarios" isOpen={"thread" in place}>
              <Scenarios place={place} onShow={show} onPicked={() => closeIfNarrow(menu)} />
            </MenuGroup>
            <MenuGroup title="Problems" isOpen={"problem" in place}>
              <ProblemPicker current={"problem" in place ? place.problem : undefined} onPick={pick} />
            </MenuGroup>
          </nav>
        </details>
        {"problem" in place ? (
          <main aria-label={place.problem.title}>
            <ProblemStage key={place.problem.id} problem={place.problem} {...themeProps(theme)} />
          </main>
        ) : (
          <Conversation key={place.thread} threadId={place.thread} theme={theme} />
        )}
      </div>
    </UnsayRoot>
  );
}

interface MenuGroupProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly children: ReactNode;
}

/** One group is open at a time, so that the heading of the other is in sight. */
function MenuGroup({ title, isOpen, children }: MenuGroupProps): ReactNode {
  return (
    <details className="playground-group" name="things" open={isOpen}>
      <summary>
        <h2>{title}</h2>
      </summary>
      {children}
    </details>
  );
}

/** What is on show, in step with the address and its history. */
function usePlace(): readonly [Place, (place: Place) => void] {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const show = () => setPlace(readPlace());
    window.addEventListener("popstate", show);
    return () => window.removeEventListener("popstate", show);
  }, []);
  useEffect(() => {
    document.title = "problem" in place ? `${place.problem.title} · ${TITLE}` : TITLE;
  }, [place]);
  const show = (next: Place) => {
    goTo(next);
    setPlace(next);
  };
  return [place, show];
}

function themeProps(theme: Theme): { readonly theme?: "light" | "dark" } {
  return theme === "auto" ? {} : { theme };
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

interface ScenariosProps {
  readonly place: Place;
  readonly onShow: (place: Place) => void;
  readonly onPicked: () => void;
}

/** A scenario is asked in the thread on show; where a problem is on show, a new thread begins with it. */
function Scenarios({ place, onShow, onPicked }: ScenariosProps): ReactNode {
  const [spare] = useState(() => crypto.randomUUID());
  const threadId = "thread" in place ? place.thread : spare;
  const { sendMessage } = useThread({ id: threadId, transport, reconnect: RECONNECT, storage: sessionStorage });
  const pick = (scenario: Scenario) => {
    if ("problem" in place) onShow({ thread: threadId });
    sendMessage(scenario.prompt, { labels: { scenario: scenario.id } });
    onPicked();
  };
  return <ScenarioPicker onPick={pick} />;
}

interface ConversationProps {
  readonly threadId: string;
  readonly theme: Theme;
}

function Conversation({ threadId, theme }: ConversationProps): ReactNode {
  return (
    <main aria-labelledby={HEADING}>
      <h2 id={HEADING} className="unsay-visually-hidden">
        Conversation
      </h2>
      <Chat
        transport={transport}
        threadId={threadId}
        storage={sessionStorage}
        empty={<Welcome />}
        describeCall={describeCall}
        {...themeProps(theme)}
      />
    </main>
  );
}

function closeIfNarrow(menu: RefObject<HTMLDetailsElement | null>): void {
  if (menu.current !== null && !isWide()) menu.current.open = false;
}

function isWide(): boolean {
  return window.matchMedia("(min-width: 60rem)").matches;
}

function Welcome(): ReactNode {
  return (
    <div className="playground-welcome">
      <h2>Watch an answer change its mind</h2>
      <p>
        Pick a scenario or a problem, or type anything. Stop it, redirect it, reload the page, pull the plug: the answer always says what it
        is, and never claims to be more.
      </p>
    </div>
  );
}
