import type { Clock } from "@unsay/core";
import type { AgentRun, ToolOutcome } from "@unsay/server";

/** What a scenario has at hand: a voice with a pace, tools behind the gate, and a clock that tests own. */
export interface Stage {
  readonly run: AgentRun;
  /** Says it word by word into the current answer part. */
  say(text: string): Promise<void>;
  /** Thinks it word by word, as reasoning. */
  think(text: string): Promise<void>;
  /** Says it as a span of its own, so that it can be corrected or taken back by its id. */
  sayAs(span: string, text: string): Promise<void>;
  pause(ms: number): Promise<void>;
  /** Streams the arguments, then calls the tool through the gate. */
  call(name: string, args: unknown): Promise<ToolOutcome>;
  /** Cuts the reader's connection; the run goes on. */
  cutConnection(): void;
}

export interface StageOptions {
  readonly clock: Clock;
  readonly cutConnection: (run: string) => void;
  /** 40 words a second by default, about what a fast model sends. */
  readonly msPerWord?: number;
}

const MS_PER_WORD = 25;
const MS_PER_ARGS_CHUNK = 30;
const ARGS_CHUNK_LENGTH = 12;

export function createStage(run: AgentRun, options: StageOptions): Stage {
  const msPerWord = options.msPerWord ?? MS_PER_WORD;
  const pause = (ms: number) => sleep(options.clock, ms, run.signal);
  let part: string | null = null;

  /** What the reader already has of an answer that goes on is not said again. */
  let said = run.partial;
  function unsaid(text: string): string {
    const known = said.startsWith(text) ? text.length : text.startsWith(said) ? said.length : 0;
    said = said.slice(known);
    return text.slice(known);
  }

  async function eachWord(text: string, speak: (word: string) => void): Promise<void> {
    for (const word of text.match(/\s*\S+\s*/gu) ?? []) {
      await pause(msPerWord);
      speak(word);
    }
  }

  function openPart(): string {
    if (part !== null) return part;
    part = run.createId("answer");
    run.emit({ type: "part.open", part, kind: "answer" });
    return part;
  }

  function closePart(): void {
    if (part !== null) run.emit({ type: "part.close", part });
    part = null;
  }

  return {
    run,
    pause,
    say(text) {
      const span = run.createId("span");
      return eachWord(unsaid(text), (word) => run.emit({ type: "span.append", part: openPart(), span, text: word }));
    },
    sayAs(span, text) {
      return eachWord(unsaid(text), (word) => run.emit({ type: "span.append", part: openPart(), span, text: word }));
    },
    async think(text) {
      closePart();
      await eachWord(text, (word) => run.reasoning(word));
      run.closePart();
    },
    async call(name, args) {
      closePart();
      const call = run.createId("call");
      run.proposeCall(name, call);
      for (const chunk of JSON.stringify(args).match(new RegExp(`.{1,${ARGS_CHUNK_LENGTH}}`, "gsu")) ?? []) {
        await pause(MS_PER_ARGS_CHUNK);
        run.appendArgs(call, chunk);
      }
      return run.callTool(name, args, { call });
    },
    cutConnection() {
      options.cutConnection(run.run);
    },
  };
}

/** Rejects with an `AbortError` when the run is stopped meanwhile. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      cancel();
      reject(new DOMException("The run was stopped.", "AbortError"));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
