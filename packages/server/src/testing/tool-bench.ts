import type { AssistantMessage } from "@unsay/core";
import type { EventOf, UnsayEvent } from "@unsay/core/protocol";
import type { Agent } from "../agents/agent.js";
import type { UnsayServerOptions } from "../settings.js";
import type { ToolContext, ToolDefinition, ToolOutcome } from "../tool-call/tool.js";
import { createTestServer, type Subscription, type TestServer } from "./test-server.js";

const servers: TestServer[] = [];

/** `closeServers` closes it. */
export function closeLater(server: TestServer): TestServer {
  servers.push(server);
  return server;
}

/** For after each test. */
export async function closeServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

/** A server whose agent calls one tool, `send_email`, and what came of it. */
export interface Bench {
  readonly server: TestServer;
  /** What the tool was really run with. */
  readonly ran: { readonly args: unknown; readonly context: ToolContext }[];
  readonly outcomes: ToolOutcome[];
}

export const EMAIL: { readonly to: string; readonly subject: string } = { to: "ana@north.example", subject: "Invoice 1043" };

export async function createBench(
  tool: Partial<ToolDefinition>,
  options: Partial<UnsayServerOptions> = {},
  args: unknown = EMAIL,
): Promise<Bench> {
  const ran: Bench["ran"] = [];
  const outcomes: ToolOutcome[] = [];
  const agent: Agent = async (run) => {
    run.text("Here is the e-mail. ");
    const outcome = await run.callTool("send_email", args, { call: "call-1" });
    outcomes.push(outcome);
    run.text(`It was: ${outcome.result}.`);
  };
  const send_email: ToolDefinition = {
    title: "Send e-mail",
    execute: () => ({ sent: 1 }),
    ...tool,
  };
  const counted: ToolDefinition = {
    ...send_email,
    execute(given, context) {
      ran.push({ args: given, context });
      return send_email.execute(given, context);
    },
  };
  const server = await createTestServer({ agent, tools: { send_email: counted }, ...options });
  servers.push(server);
  return { server, ran, outcomes };
}

export async function untilAsked(stream: Subscription): Promise<EventOf<"approval.request">> {
  return (await stream.until((event) => event.type === "approval.request")) as EventOf<"approval.request">;
}

export function decision(request: EventOf<"approval.request">, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    command: "decide",
    id: "decide-1",
    client: "client-1",
    thread: request.thread,
    run: request.run,
    approval: request.approval,
    items: request.items.map((item) => ({ ...item, decision: "approve" })),
    ...change,
  };
}

export const decide = (server: TestServer, request: EventOf<"approval.request">, change: Record<string, unknown> = {}): Promise<Response> =>
  server.post(`/runs/${request.run}/commands`, decision(request, change));

export const reject = (request: EventOf<"approval.request">, reason?: string): { readonly items: readonly unknown[] } => ({
  items: request.items.map((item) => ({ ...item, decision: "reject", ...(reason === undefined ? {} : { reason }) })),
});

export const find = <T extends UnsayEvent["type"]>(events: readonly UnsayEvent[], type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

export async function answerOf(server: TestServer): Promise<AssistantMessage> {
  const message = (await server.messages()).findLast((candidate) => candidate.role === "assistant");
  if (message?.role !== "assistant") throw new Error("There is no answer.");
  return message;
}
