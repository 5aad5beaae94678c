import { readFileSync } from "node:fs";
import { join } from "node:path";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createFetchTransport, isLive, textOf, type AssistantMessage, type Clock, type Transport } from "@unsay/core";
import { decodeChatCompletions } from "@unsay/core/openai";
import {
  askApproval,
  callTool,
  complete,
  corrupt,
  createFakeClock,
  createScript,
  createTestSession,
  cutAfter,
  cutAtByte,
  drop,
  duplicate,
  everything,
  faultyFetch,
  fromConnection,
  htmlErrorPage,
  http,
  inPieces,
  maskText,
  offline,
  parseScript,
  pause,
  play,
  record,
  retract,
  revise,
  runTool,
  say,
  scripts,
  stall,
  truncate,
  type Fault,
} from "@unsay/core/testing";
import { unsayMatchers } from "@unsay/core/testing/vitest";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it, test } from "vitest";
import { useApproval } from "./approval/use-approval.js";
import { SessionProvider } from "./session/context.js";
import { useThread } from "./session/use-thread.js";

/** The code of docs/testing.md, run; the last tests hold that the guide says nothing else. */

expect.extend(unsayMatchers);

afterEach(cleanup);

interface PageProps {
  readonly transport: Transport;
  readonly clock: Clock;
}

/** Somebody's page, as small as it can be and still say what must be said. */
function Page({ transport, clock }: PageProps): ReactNode {
  const thread = useThread({ id: "support", transport, clock });
  return (
    <SessionProvider session={thread.session} clock={clock} requireTrustedInput={false}>
      <button onClick={() => thread.sendMessage("How do I deploy this?")}>Send</button>
      <button onClick={() => thread.stop()}>Stop</button>
      {thread.messages.map((message) => (message.role === "assistant" ? <Answer key={message.id} message={message} /> : null))}
      {thread.approvals.map(({ approval }) => (
        <Gate key={approval.id} id={approval.id} />
      ))}
    </SessionProvider>
  );
}

function Answer({ message }: { readonly message: AssistantMessage }): ReactNode {
  return (
    <article data-status={message.status}>
      <p>{textOf(message)}</p>
      {isLive(message) ? <p>{`Still answering: ${"liveness" in message ? message.liveness : ""}`}</p> : null}
      {message.status === "truncated" ? <p>{`Not complete: ${message.cause}`}</p> : null}
      {message.status === "revised" ? <p>{`Corrected: ${message.revisions}`}</p> : null}
      {message.receipts.map((receipt) => (
        <p key={receipt.id}>{`Done: ${receipt.summary}`}</p>
      ))}
    </article>
  );
}

function Gate({ id }: { readonly id: string }): ReactNode {
  const gate = useApproval(id);
  return (
    <div {...gate.getGateProps()}>
      <button {...gate.getApproveProps()}>Approve</button>
      <button {...gate.getRejectProps()}>Reject</button>
    </div>
  );
}

function press(name: string): void {
  fireEvent.pointerDown(screen.getByText(name));
  fireEvent.click(screen.getByText(name), { detail: 1 });
}

describe("a test of a page", () => {
  test("a cut answer is never shown as whole", async () => {
    const { transport, clock, advance } = createTestSession([say("First drain the"), truncate("length")], { act });
    render(<Page transport={transport} clock={clock} />);
    fireEvent.click(screen.getByText("Send"));
    await advance(1_000);
    expect(screen.getByText("Not complete: length")).toBeDefined();
  });

  test("the connection is lost for good: the page keeps the text and names the cause", async () => {
    const lost = [cutAfter(5), everything(fromConnection(2, offline()))];
    const { transport, clock, until } = createTestSession(scripts.complete, { act, faults: lost });
    render(<Page transport={transport} clock={clock} />);
    fireEvent.click(screen.getByText("Send"));
    await until(() => screen.queryByText("Not complete: disconnected") !== null, { withinMs: 300_000 });
    expect(screen.getByText("Drain the pool")).toBeDefined();
  });

  test("the stream stalls: the page says so, and goes on when the words do", async () => {
    const { transport, clock, advance } = createTestSession([say("The one exception is"), pause(4_000), say(" us-east."), complete()], {
      act,
    });
    render(<Page transport={transport} clock={clock} />);
    fireEvent.click(screen.getByText("Send"));
    await advance(2_500);
    expect(screen.getByText("Still answering: stalled")).toBeDefined();
    await advance(5_000);
    expect(screen.getByText("The one exception is us-east.")).toBeDefined();
  });

  test("nothing is sent before the user consents, and a receipt says what was", async () => {
    const asking = [
      callTool("send_email", { to: "ana@north.example" }, { effect: "write", title: "Send email" }),
      askApproval({ approve: [runTool({ receipt: "email sent to 1 person" }), say("It is on its way."), complete()] }),
    ];
    const { transport, clock, advance, backend } = createTestSession(asking, { act });
    render(<Page transport={transport} clock={clock} />);
    fireEvent.click(screen.getByText("Send"));
    await advance(2_000);
    press("Approve");
    await advance(2_000);
    expect(backend.sent.at(-1)).toMatchObject({ command: "decide", items: [{ decision: "approve" }] });
    expect(screen.getByText("Done: email sent to 1 person")).toBeDefined();
  });

  test("a corrected claim is marked as corrected", async () => {
    const corrected = [
      say("Yes, deploy. ", { span: "claim" }),
      say("The pool drains first."),
      revise("claim", "Not yet. ", "us-east still drains"),
      complete(),
    ];
    const { transport, clock, advance } = createTestSession(corrected, { act });
    render(<Page transport={transport} clock={clock} />);
    fireEvent.click(screen.getByText("Send"));
    await advance(2_000);
    expect(screen.getByText("Not yet. The pool drains first.")).toBeDefined();
    expect(screen.getByText("Corrected: 1")).toBeDefined();
  });

  test("a withdrawn secret is nowhere on the page", async () => {
    const withdrawn = [
      say("Call Ana: "),
      say("+386 1 555 0142", { span: "phone" }),
      retract("phone", "personal data", { expunge: true }),
      complete(),
    ];
    const { transport, clock, advance } = createTestSession(withdrawn, { act });
    render(<Page transport={transport} clock={clock} />);
    fireEvent.click(screen.getByText("Send"));
    await advance(2_000);
    expect(document.body.textContent).not.toContain("555 0142");
  });

  test("Stop is a request until the server confirms it", async () => {
    const { transport, clock, advance } = createTestSession(scripts.complete, { act, onCommand: () => "hang" });
    render(<Page transport={transport} clock={clock} />);
    fireEvent.click(screen.getByText("Send"));
    await advance(500);
    fireEvent.click(screen.getByText("Stop"));
    await advance(100);
    expect(screen.getByText("Still answering: stopping")).toBeDefined();
  });
});

describe("a test without a page", () => {
  test("the store of the app", async () => {
    const page = createTestSession(scripts.complete, { faults: [inPieces(1), cutAtByte(900)] });
    page.session.send("How do I deploy this?");
    await page.advance(500);
    expect(page.history).toNeverHaveBeenComplete();
    await page.until(() => !isLive(page.answer()));
    expect(page).toBeComplete();
    expect(page).toHaveText(/^Drain the pool/u);
  });

  test("the app's own transport of another wire", async () => {
    const body = 'data: {"choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}\n\n';
    const backend = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
    const fetch = faultyFetch(backend, [cutAfter(1)]);
    const transport = createFetchTransport({ url: "/api/chat", decode: decodeChatCompletions, fetch });
    const { clock, advance } = createTestSession([], { act });
    render(<Page transport={transport} clock={clock} />);
    fireEvent.click(screen.getByText("Send"));
    await advance(100);
    expect(screen.getByText("Not complete: disconnected")).toBeDefined();
  });

  test("a script out of a file", () => {
    const script = createScript([say("Hello."), complete()], { id: "hello", prompt: "Say hello" });
    const file = JSON.stringify(script);
    expect(parseScript(JSON.parse(file))).toEqual(script);
  });

  test("what happened once, played again", async () => {
    const live = createTestSession(scripts.revision);
    const recorder = record(live.transport, { clock: live.clock, redact: maskText });
    render(<Page transport={recorder.transport} clock={live.clock} />);
    fireEvent.click(screen.getByText("Send"));
    await act(() => live.advance(10_000));

    const clock = createFakeClock();
    const again = play(recorder.text(), { clock, pace: "instant" });
    cleanup();
    render(<Page transport={again} clock={clock} />);
    fireEvent.click(screen.getByText("Send"));
    await act(() => clock.advance(100));
    expect(screen.getByText("Corrected: 1")).toBeDefined();
  });
});

const GUIDE = readFileSync(join(import.meta.dirname, "../../../docs/testing.md"), "utf8");

/** The rows of the guide's table, as `createTestSession` takes them. */
const FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  "inPieces(1)": [inPieces(1)],
  "duplicate()": [duplicate()],
  "stall({ after: 5, ms: 4_000 })": [stall({ after: 5, ms: 4_000 })],
  "stall({ after: 5 })": [stall({ after: 5 })],
  "cutAfter(5)": [cutAfter(5)],
  "cutAtByte(900)": [cutAtByte(900)],
  "drop({ at: 5 })": [drop({ at: 5 })],
  "corrupt({ at: 5 })": [corrupt({ at: 5 })],
  "cutAfter(5), everything(fromConnection(2, offline()))": [cutAfter(5), everything(fromConnection(2, offline()))],
  "cutAfter(5), fromConnection(2, http(410))": [cutAfter(5), fromConnection(2, http(410))],
  "http(401)": [http(401)],
  "http(429)": [http(429)],
  "htmlErrorPage()": [htmlErrorPage()],
};

describe("the guide", () => {
  const source = readFileSync(import.meta.filename, "utf8");
  const lines = (text: string) => text.split("\n").map((line) => line.trim());

  it("shows no code that does not stand in this file", () => {
    const blocks = [...GUIDE.matchAll(/```tsx?\n([\s\S]*?)```/gu)].map(([, code = ""]) => code);
    expect(blocks.length).toBeGreaterThanOrEqual(8);
    const here = lines(source).join("\n");
    for (const block of blocks) {
      const code = lines(block)
        .filter((line) => !line.startsWith("import "))
        .join("\n")
        .trim();
      expect(here).toContain(code);
    }
  });

  it("imports nothing that is not there", () => {
    const names = new Set(source.slice(0, source.indexOf("expect.extend")).match(/\w+/gu));
    for (const [, imported = ""] of GUIDE.matchAll(/^import (?:type )?\{([^}]*)\} from/gmu)) {
      for (const name of imported.match(/\w+/gu) ?? []) expect([...names]).toContain(name);
    }
  });

  const rows = [...GUIDE.matchAll(/^\| .*? \| `(.*?)` +\| .*? \| (\w+(?: \(\w+\))?) +\|$/gmu)].map(
    ([, fault = "", end = ""]) => [fault, end] as const,
  );

  it("has a row for each fault tried here", () => {
    expect(new Set(rows.map(([fault]) => fault))).toEqual(new Set(Object.keys(FAULTS)));
  });

  it.each(rows)("is right about the end of %s: %s", async (fault, end) => {
    const page = createTestSession(scripts.complete, { faults: FAULTS[fault] ?? [] });
    page.session.send("go");
    await page.advance(600_000);
    const answer = page.answer();
    expect(answer.status === "truncated" ? `truncated (${answer.cause})` : answer.status).toBe(end);
  });
});
