import { useState, type ReactElement, type ReactNode } from "react";
import { createSession } from "@unsay/core";
import { createFakeClock, createScriptedTransport } from "@unsay/core/testing";
import { SessionProvider, type PaintSettings } from "@unsay/react";

const NOW = 60_000;

/** For `waitingSince` of a message that stands on a `StillStage`. */
export function waitedFor(seconds: number): number {
  return NOW - seconds * 1_000;
}

/** A clock that stands still, so that seconds in words are the same in every picture. Renders no element. */
export function StillStage({ paint, children }: { readonly paint?: PaintSettings; readonly children: ReactNode }): ReactElement {
  const [{ session, clock }] = useState(createStill);
  return (
    <SessionProvider session={session} clock={clock} paint={paint}>
      {children}
    </SessionProvider>
  );
}

function createStill() {
  const clock = createFakeClock(NOW);
  const transport = createScriptedTransport({ id: "still", title: "Still", prompt: "", steps: [] }, { clock });
  return { clock, session: createSession({ id: "thread", transport, clock }) };
}
