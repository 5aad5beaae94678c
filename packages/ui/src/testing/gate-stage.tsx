import { useEffect, type ReactElement, type ReactNode } from "react";
import type { Clock, EventPayload, RunCommand, ToolEffect, Transport } from "@unsay/core";
import { createArgsHash } from "@unsay/core/protocol";
import {
  createScriptedTransport,
  SCRIPT_CAPS,
  type Script,
  type ScriptedTransport,
  type ScriptedTransportOptions,
} from "@unsay/core/testing";
import { SessionProvider, useThread, type UseThreadResult } from "@unsay/react";
import { ApprovalSettingsContext, type ApprovalSettings } from "../approval/approval-settings.js";
import { DescribeCallContext, type DescribeCall } from "../approval/describe-call.js";
import { ToolCall } from "../tool-call/tool-call.js";
import { describeAtlasCall } from "./state-atlas.js";

/** Real gates over a scripted backend, for tests and for stories that need a session. */

export interface AskedCall {
  readonly id?: string;
  readonly name: string;
  readonly args: unknown;
  readonly effect?: ToolEffect;
  readonly target?: string;
  readonly undo?: boolean;
}

export interface Ask {
  readonly calls: readonly AskedCall[];
  readonly editable?: boolean;
  readonly options?: readonly ("once" | "scoped")[];
  readonly expiresInMs?: number | null;
}

export const EMAIL_CALL: AskedCall = { name: "send_email", args: { to: "ana@north.example", subject: "Invoice 1043" } };
export const ROWS_CALL: AskedCall = { name: "delete_rows", args: { table: "customers" }, effect: "irreversible" };
export const ACCESS_CALL: AskedCall = {
  name: "give_access",
  args: { who: "ci-bot", role: "admin" },
  effect: "irreversible",
  target: "ci-bot",
};

export function callIdOf(call: AskedCall, at = 0): string {
  return call.id ?? `${call.name}-${at}`;
}

/** Everything that one request says, from the proposal of its calls to the question. */
export function eventsOfAsk(ask: Ask, approval = "approval-0"): readonly EventPayload[] {
  const calls = ask.calls.map((call, at) => ({ ...call, id: callIdOf(call, at) }));
  return [
    ...calls.flatMap(({ id, name, args, effect = "write", target, undo }): EventPayload[] => [
      {
        type: "tool.propose",
        call: id,
        name,
        effect,
        cancellable: true,
        ...(target === undefined ? {} : { target }),
        ...(undo === undefined ? {} : { undo }),
      },
      { type: "tool.args", call: id, delta: JSON.stringify(args) },
      { type: "tool.ready", call: id, args, argsHash: createArgsHash(id, name, args) },
    ]),
    {
      type: "approval.request",
      approval,
      items: calls.map(({ id, name, args }) => ({ call: id, argsHash: createArgsHash(id, name, args) })),
      options: ask.options ?? ["once"],
      editable: ask.editable ?? false,
      expiresInMs: ask.expiresInMs ?? null,
    },
  ];
}

/** Asks at once, and goes no further: what follows a decision is the test's to say in `later`. */
export function createGateTransport(
  ask: Ask,
  options: ScriptedTransportOptions & { readonly later?: readonly { readonly at: number; readonly event: EventPayload }[] } = {},
): ScriptedTransport {
  const { later = [], ...rest } = options;
  const open: EventPayload = { type: "run.open", caps: SCRIPT_CAPS, heartbeatMs: null, ttlMs: null };
  const script: Script = {
    id: "gate",
    title: "Gate",
    prompt: "go",
    steps: [...[open, ...eventsOfAsk(ask)].map((event) => ({ at: 0, event })), ...later],
  };
  return createScriptedTransport(script, rest);
}

export function decisionsOf(transport: ScriptedTransport): readonly Extract<RunCommand, { command: "decide" }>[] {
  return transport.sent.flatMap((command) => (command.command === "decide" ? [command] : []));
}

export interface GateStageProps {
  readonly transport: Transport;
  readonly clock?: Clock;
  readonly settings?: ApprovalSettings;
  readonly describe?: DescribeCall;
  readonly requireTrustedInput?: boolean;
  /** Stands around the calls. */
  readonly children?: (calls: ReactNode, thread: UseThreadResult) => ReactNode;
}

const NO_SETTINGS: ApprovalSettings = {};

/** A thread of one question, shown as its tool calls alone. */
export function GateStage(props: GateStageProps): ReactElement {
  const {
    transport,
    clock,
    settings = NO_SETTINGS,
    describe = describeAtlasCall,
    requireTrustedInput,
    children = (calls) => calls,
  } = props;
  const thread = useThread({ transport, clock });
  const { sendMessage } = thread;
  useEffect(() => {
    // A second mount in development is the same conversation.
    if (thread.messages.length === 0) sendMessage("go");
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const calls = thread.messages.flatMap((message) =>
    message.role === "user" ? [] : message.calls.map((call) => <ToolCall key={call.id} message={message} callId={call.id} />),
  );
  return (
    <DescribeCallContext.Provider value={describe}>
      <ApprovalSettingsContext.Provider value={settings}>
        <SessionProvider session={thread.session} clock={clock} requireTrustedInput={requireTrustedInput}>
          {children(calls, thread)}
        </SessionProvider>
      </ApprovalSettingsContext.Provider>
    </DescribeCallContext.Provider>
  );
}
