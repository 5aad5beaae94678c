import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createSession, createUnsayTransport, type Message, type Session } from "@unsay/core";
import { createFakeClock, createRandom, type FakeClock } from "@unsay/core/testing";
import type { Agent } from "../agents/agent.js";
import { reportFigure } from "../testing/figures.js";
import { createRecordKinds } from "../testing/shared-stores.js";
import { takeTime } from "../testing/taken-time.js";
import { createTestServer } from "../testing/test-server.js";
import { closeLater, closeServers } from "../testing/tool-bench.js";

const kinds = createRecordKinds();
afterEach(closeServers);
afterAll(() => Promise.all(kinds.map((kind) => kind.close())));

const STEPS = 15;

/** Answers with a few words, one every 40 ms. */
const talk =
  (clock: FakeClock): Agent =>
  async (run) => {
    for (let word = 0; word < 8 && !run.signal.aborted; word += 1) {
      run.text(`w${word} `);
      await new Promise<void>((resolve) => void clock.after(40, resolve));
    }
  };

interface Tab {
  readonly session: Session;
  /** What was said here, in this order. */
  readonly said: string[];
}

function openTab(url: string, clock: FakeClock, random: () => number): Tab {
  const session = createSession({ id: "t1", transport: createUnsayTransport({ url }), clock, random });
  session.attach();
  return { session, said: [] };
}

/** What somebody does who does not wait for the answer. */
function act({ session, said }: Tab, name: string, random: () => number): void {
  const luck = random();
  if (luck > 0.75) return;
  if (luck > 0.65) return session.stop();
  const text = `${name}-${said.length}`;
  said.push(text);
  if (luck < 0.3) session.send(text);
  else if (luck < 0.5) session.queue(text);
  else session.redirect(text);
}

function isIdle({ session }: Tab): boolean {
  const { status, queue, queuePaused } = session.store.getState();
  if (queue.length > 0 && queuePaused !== null) session.resumeQueue();
  return queue.length === 0 && (status === "ready" || status === "error");
}

const textsOf = (messages: readonly Message[]) => messages.flatMap((message) => (message.role === "user" ? [message.text] : []));

describe.each(kinds)("row 51: what is sent, queued and put in the place of an answer while that is written ($name)", (kind) => {
  it("in two tabs at two processes, is on record once each, in the order in which its tab shows it", async () => {
    let sent = 0;
    // The stores that take real time tell fewer stories.
    const seeds = kind.name === "memory" ? 10 : 2;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const random = createRandom(seed);
      const clock = createFakeClock();
      const { record, pass } = takeTime(await kind.create(), clock);
      const open = async () =>
        closeLater(await createTestServer({ agent: talk(clock), clock, secret: "shared", settleMs: 100, store: await record.open() }));
      const servers = [await open(), await open()];
      const tabs = servers.map(({ url }) => openTab(url, clock, random));
      for (let step = 0; step < STEPS; step += 1) {
        tabs.forEach((tab, index) => act(tab, `tab ${index}`, random));
        const until = clock.now() + Math.floor(random() * 200);
        await pass(() => clock.now() >= until);
      }
      await pass(() => tabs.every(isIdle));
      const onRecord = textsOf((await servers[0]?.messages()) ?? []);
      expect(onRecord.toSorted(), `seed ${seed}`).toEqual(tabs.flatMap(({ said }) => said).toSorted());
      for (const { session, said } of tabs) {
        const shown = textsOf(session.store.getState().messages).filter((text) => said.includes(text));
        expect(
          onRecord.filter((text) => said.includes(text)),
          `seed ${seed}`,
        ).toEqual(shown);
      }
      sent += onRecord.length;
      await closeServers();
    }
    reportFigure(
      `row 51, sent while streaming, ${kind.name}`,
      `${seeds} seeds, ${sent} messages of two tabs: 0 lost, 0 doubled, 0 out of order`,
    );
  });
});
