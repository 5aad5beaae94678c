import type { Agent } from "@unsay/server";
import type { Pace } from "../arguments.ts";

export interface Replay {
  readonly scenarios: readonly { readonly id: string; readonly title: string; readonly description: string; readonly prompt: string }[];
  readonly agent: Agent;
  readonly close: () => Promise<void>;
}

export async function createReplay(_path: string, _pace: Pace): Promise<Replay> {
  throw new Error("not yet");
}
