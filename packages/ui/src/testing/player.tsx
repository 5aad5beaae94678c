"use client";
import { useEffect, useState, type ReactElement } from "react";
import type { Transport } from "@unsay/core";
import { createFakeClock, createScriptedTransport, type FakeClock, type Script } from "@unsay/core/testing";
import { useThread } from "@unsay/react";
import { Chat, type ChatProps } from "../thread/chat.js";
import { overNetwork, type Network } from "./network.js";

export interface PlayerProps extends Omit<ChatProps, "transport" | "clock" | "threadId"> {
  readonly script: Script;
  readonly network?: Network;
  /** Time passes by itself; otherwise by the buttons below. */
  readonly isPlaying?: boolean;
}

const STEP_MS = 100;
/** How far the slider goes: behind the last step, and what a stop or a silence may take after it. */
const TAIL_MS = 15_000;

interface Take {
  readonly id: string;
  readonly clock: FakeClock;
  readonly transport: Transport;
}

let takes = 0;

function newTake(script: Script, network: Network): Take {
  const clock = createFakeClock();
  const transport = overNetwork(createScriptedTransport(script, { clock }), network, clock);
  return { id: `take-${(takes += 1)}`, clock, transport };
}

/** A conversation whose backend is a script and whose time is in your hands: play, pause, step, scrub. */
export function Player(props: PlayerProps): ReactElement {
  return <Stage key={`${props.script.id} ${props.network}`} {...props} />;
}

/** Another script or network is another take. */
function Stage({ script, network = "normal", isPlaying = true, ...chat }: PlayerProps): ReactElement {
  const [take, setTake] = useState(() => newTake(script, network));
  const [now, setNow] = useState(0);
  const [plays, setPlays] = useState(isPlaying);
  const [wanted, setWanted] = useState(isPlaying);
  if (wanted !== isPlaying) {
    setWanted(isPlaying);
    setPlays(isPlaying);
  }
  usePassing(take.clock, plays, setNow);
  const goTo = async (target: number): Promise<void> => {
    setPlays(false);
    const isBack = target < take.clock.now();
    const next = isBack ? newTake(script, network) : take;
    if (isBack) setTake(next);
    // The new page sends its question when it is there.
    if (isBack) await new Promise((resolve) => setTimeout(resolve, 50));
    await next.clock.advance(target - next.clock.now());
    setNow(target);
  };
  return (
    <div className="story-player">
      <Playing key={take.id} take={take} prompt={script.prompt} {...chat} />
      <div className="story-player-bar" role="group" aria-label="Clock">
        <button type="button" onClick={() => setPlays(!plays)}>
          {plays ? "Pause" : "Play"}
        </button>
        <button type="button" onClick={() => void goTo(take.clock.now() + STEP_MS)}>
          Step {STEP_MS} ms
        </button>
        <input
          type="range"
          aria-label="Time"
          min={0}
          max={(script.steps.at(-1)?.at ?? 0) + TAIL_MS}
          step={STEP_MS}
          value={now}
          onChange={(event) => void goTo(Number(event.target.value))}
        />
        <output>{(now / 1000).toFixed(1)} s</output>
      </div>
    </div>
  );
}

function Playing({
  take,
  prompt,
  ...chat
}: Omit<ChatProps, "transport" | "clock"> & { readonly take: Take; readonly prompt: string }): ReactElement {
  const { sendMessage, messages } = useThread({ id: take.id, transport: take.transport, clock: take.clock, strict: false });
  const isNew = messages.length === 0;
  useEffect(() => {
    if (isNew) sendMessage(prompt);
    // Once: what follows is the reader's.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [take]);
  return <Chat {...chat} transport={take.transport} clock={take.clock} threadId={take.id} />;
}

function usePassing(clock: FakeClock, plays: boolean, setNow: (now: number) => void): void {
  useEffect(() => {
    if (!plays) return;
    let last = performance.now();
    let frame = requestAnimationFrame(pass);
    function pass(time: number): void {
      const passed = Math.max(0, time - last);
      last = time;
      void clock.advance(passed).then(() => setNow(clock.now()));
      frame = requestAnimationFrame(pass);
    }
    return () => cancelAnimationFrame(frame);
  }, [clock, plays, setNow]);
}
