import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { act, cleanup, render, renderHook } from "@testing-library/react";
import { createSession, createUnsayTransport, textOf, type Message, type Transport } from "@unsay/core";
import { createEventFactory, encodeEvent, encodeSse, type EventPayload } from "@unsay/core/protocol";
import { StrictMode, startTransition, Suspense, type ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sessionOf } from "./session-registry.js";
import { useThread } from "./use-thread.js";

/** A real server that counts: what React does to effects, components and modules must not reach it. */

interface Asked {
  readonly method: string;
  readonly path: string;
}

let asked: Asked[] = [];
let held: ServerResponse[] = [];
let isRestHeld = false;
let payloads: readonly EventPayload[] = [];
let ids = { thread: "", answer: "" };
let server: ReturnType<typeof createServer>;
let transport: Transport;

const NO_EFFECTS = { succeeded: [], failed: [], unknown: [], cancelled: [] };
const RUN: readonly EventPayload[] = [
  { type: "run.open", caps: { resume: true }, heartbeatMs: 15_000, ttlMs: null },
  { type: "part.open", part: "p", kind: "answer" },
  { type: "span.append", part: "p", span: "s", text: "Drain " },
  { type: "span.append", part: "p", span: "s", text: "the pool." },
  { type: "run.end", outcome: "complete", effects: NO_EFFECTS },
];

function framesOf(from: number, to: number): string {
  const factory = createEventFactory({ thread: ids.thread, run: "r", message: ids.answer });
  return payloads
    .map((payload) => encodeSse({ data: encodeEvent(factory.make(payload)) }))
    .slice(from, to)
    .join("");
}

beforeEach(async () => {
  [asked, held, payloads, isRestHeld] = [[], [], RUN, false];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes) => (body += String(bytes)));
    request.on("end", () => answer({ method: request.method ?? "", path: request.url ?? "" }, body, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  transport = createUnsayTransport({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});

afterEach(() => {
  cleanup();
  server.closeAllConnections();
  server.close();
});

/** A start gives the first words and waits; a resume gives the rest, or all of it but the end. */
function answer(question: Asked, body: string, response: ServerResponse): void {
  asked.push(question);
  if (question.path.endsWith("/messages")) return void response.writeHead(200, { "content-type": "application/json" }).end("[]");
  if (question.path.endsWith("/active")) return void response.writeHead(204).end();
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (question.method === "POST") {
    ids = JSON.parse(body) as typeof ids;
    response.write(framesOf(0, 3));
    held.push(response);
  } else {
    const after = Number(/after=(\d+)/u.exec(question.path)?.[1]);
    if (!isRestHeld) return void response.end(framesOf(after, payloads.length));
    response.write(framesOf(after, payloads.length - 1));
    held.push(response);
  }
}

const streams = (): readonly Asked[] => asked.filter(({ path }) => path.endsWith("/runs") || path.includes("/events"));
const textIn = (messages: readonly Message[]): string => messages.map(textOf).at(-1) ?? "";

async function until(done: () => boolean): Promise<void> {
  await vi.waitFor(() => {
    if (!done()) throw new Error("not yet");
  });
}

describe("one connection", () => {
  it("row 41: StrictMode and three hooks make one request, one run, and the text once", async () => {
    const { result } = renderHook(() => [1, 2, 3].map(() => useThread({ id: "strict", transport })), { wrapper: StrictMode });
    act(() => result.current[0]?.sendMessage("go"));
    await until(() => textIn(result.current[2]?.messages ?? []) === "Drain ");
    expect(streams()).toHaveLength(1);
    held[0]?.end(framesOf(3, 5));
    await until(() => result.current.every((thread) => thread.messages.at(-1)?.status === "complete"));
    expect(result.current.map((thread) => textIn(thread.messages))).toEqual(Array(3).fill("Drain the pool."));
    expect(streams()).toHaveLength(1);
    expect(asked.filter(({ path }) => path.endsWith("/messages"))).toHaveLength(1);
  });

  it("row 42: an unmount mid-stream closes the connection, stops nothing, and a mount goes on after the last event", async () => {
    const first = renderHook(() => useThread({ id: "leaving", transport }));
    act(() => first.result.current.sendMessage("go"));
    await until(() => textIn(first.result.current.messages) === "Drain ");
    first.unmount();
    await until(() => held[0]?.destroyed === true || held[0]?.closed === true);
    const second = renderHook(() => useThread({ id: "leaving", transport }), { wrapper: StrictMode });
    await until(() => second.result.current.messages.at(-1)?.status === "complete");
    expect(textIn(second.result.current.messages)).toBe("Drain the pool.");
    expect(streams().map(({ path }) => path)).toEqual(["/threads/leaving/runs", "/runs/r/events?after=3"]);
  });

  it("row 56: an unmount closes a connection that was resumed, too: it would take one of the page's six", async () => {
    const first = renderHook(() => useThread({ id: "coming-back", transport }));
    act(() => first.result.current.sendMessage("go"));
    await until(() => textIn(first.result.current.messages) === "Drain ");
    first.unmount();
    await until(() => held[0]?.destroyed === true || held[0]?.closed === true);
    isRestHeld = true;
    const second = renderHook(() => useThread({ id: "coming-back", transport }));
    await until(() => textIn(second.result.current.messages) === "Drain the pool.");
    second.unmount();
    await until(() => held.length === 2 && held.every(({ closed, destroyed }) => closed || destroyed));
  });

  it("row 43: a module that is loaded again, as Fast Refresh does, finds the session and opens nothing", async () => {
    const before = sessionOf({ id: "refreshed", transport }, createSession);
    const { result } = renderHook(() => useThread({ id: "refreshed", transport }));
    act(() => result.current.sendMessage("go"));
    await until(() => textIn(result.current.messages) === "Drain ");
    vi.resetModules();
    const again = await import("./session-registry.js");
    expect(again.sessionOf).not.toBe(sessionOf);
    expect(again.sessionOf({ id: "refreshed", transport }, createSession)).toBe(before);
    expect(streams()).toHaveLength(1);
  });

  it("row 44: a render that is thrown away asks nothing and loses nothing", async () => {
    const never = new Promise<never>(() => {});
    function Abandoned({ wait }: { readonly wait: boolean }): ReactNode {
      const thread = useThread({ id: "abandoned", transport });
      if (wait) throw never;
      return <p data-testid="text">{textIn(thread.messages)}</p>;
    }
    const view = (wait: boolean): ReactNode => (
      <Suspense fallback={<p>waiting</p>}>
        <Abandoned wait={wait} />
      </Suspense>
    );
    const { rerender, getByTestId } = render(view(false));
    act(() => sessionOf({ id: "abandoned", transport }, createSession).send("go"));
    await until(() => getByTestId("text").textContent === "Drain ");
    act(() => startTransition(() => rerender(view(true))));
    held[0]?.end(framesOf(3, 5));
    act(() => rerender(view(false)));
    await until(() => getByTestId("text").textContent === "Drain the pool.");
    expect(streams()).toHaveLength(1);
  });

  it.each(["online", "pageshow", "visibilitychange", "resume"])("the page's %s event tries a lost connection at once", async (name) => {
    const { result } = renderHook(() => useThread({ id: name, transport, reconnect: { baseMs: 3_600_000, maxMs: 3_600_000 } }));
    act(() => result.current.sendMessage("go"));
    await until(() => textIn(result.current.messages) === "Drain ");
    vi.spyOn(Math, "random").mockReturnValue(1);
    held[0]?.destroy();
    await until(() => result.current.connection.status === "lost");
    act(() => void (name === "online" || name === "pageshow" ? window : document).dispatchEvent(new Event(name)));
    await until(() => result.current.messages.at(-1)?.status === "complete");
    expect(streams()).toHaveLength(2);
    vi.restoreAllMocks();
  });
});
