import { createSession } from "../../src/session/session.js";
import type { Session, StorageLike } from "../../src/session/session.types.js";
import type { AssistantMessage } from "../../src/message/message.js";
import { textOf } from "../../src/message/selectors.js";
import { ModelClock } from "./model-clock.js";
import { ModelNetwork, type ModelWire } from "./model-network.js";
import { ModelServer, THREAD } from "./model-server.js";

/**
 * What must hold whatever users, networks, clocks and servers do. The model is the server's log: what is shown is a
 * beginning of it or marked; a status is what the log, the connection and a stop make of it; a tool ran at most once.
 */
export interface Client {
  readonly name: string;
  network: ModelNetwork;
  readonly kept: Map<string, string>;
  session: Session;
  /** What the user said here and nobody may lose, in this order. */
  said: string[];
  /** What stood there when Stop was pressed, by message and press. */
  readonly frozen: Map<string, string>;
}

/** The real thing: one server, two clients. */
export class World {
  readonly clock = new ModelClock();
  readonly server = new ModelServer();
  readonly wire: ModelWire;
  readonly clients: readonly Client[];
  wasRestarted = false;
  #ids = 0;

  constructor(wire: ModelWire) {
    this.wire = wire;
    this.clients = (wire.isUnsay ? ["one", "two"] : ["one"]).map((name) => this.#createClient(name));
  }

  #createClient(name: string): Client {
    const network = new ModelNetwork(this.server, this.wire);
    const client = { name, network, kept: new Map<string, string>(), said: [], frozen: new Map<string, string>() };
    return { ...client, session: this.#createSession(client) };
  }

  restart(): void {
    this.wasRestarted = true;
    this.server.restart();
  }

  /** A reload: the page is gone with all it showed; what is stored is not. */
  reload(client: Client): void {
    client.network.kill();
    client.network = new ModelNetwork(this.server, this.wire);
    client.session = this.#createSession(client);
  }

  #createSession({ name, network, kept }: Omit<Client, "session">): Session {
    const storage: StorageLike = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void (network.isDead ? kept : kept.set(key, value)),
      removeItem: (key) => void (network.isDead ? kept : kept.delete(key)),
    };
    return createSession({
      id: THREAD,
      transport: network.transport,
      clock: this.clock,
      random: () => 0.5,
      createId: () => `${name}-${(this.#ids += 1)}`,
      scheduleCommit: (publish) => this.clock.after(16, publish),
      isHidden: () => false,
      strict: false,
      storage,
    });
  }

  /** A frame passes; then everything that must hold is looked at. */
  async step(ms = 17): Promise<void> {
    await this.clock.advance(ms);
    for (const client of this.clients) {
      for (const answer of answersOf(client)) this.#check(client, answer);
      expectThat(hasOneDecisionEach(client), `${client.name} answered one question with two commands`);
    }
    for (const run of this.server.runs) expectThat(new Set(run.executions).size === run.executions.length, "a tool ran twice");
  }

  #check(client: Client, answer: AssistantMessage): void {
    const runs = this.server.runsOf(answer.id);
    const end = runs.at(-1)?.end ?? null;
    const where = `${client.name}: ${answer.id} is ${answer.status}, the log says ${String(end)}: ${textOf(answer)}`;
    const shown = textOf(answer);
    const told = runs
      .flatMap((run) => run.log)
      .flatMap((event) => (event.type === "span.append" ? [event.text] : []))
      .join("");
    expectThat(answer.revisions > 0 || told.startsWith(shown), `shown text is not what was said; ${where}`);
    if (answer.status === "complete" || answer.status === "revised")
      expectThat(end === "complete" && answer.stated, `falsely complete; ${where}`);
    if (answer.status === "complete") expectThat(shown === told || answer.stop !== null, `complete without all text; ${where}`);
    if (answer.status === "truncated" && answer.stated) expectThat(end === answer.cause, `another cause; ${where}`);
    if (answer.stop?.painted != null && answer.revisions === 0) {
      const press = `${answer.id} ${answer.stop.command}`;
      expectThat((client.frozen.get(press) ?? shown) === shown, `text came into view after Stop; ${where}`);
      client.frozen.set(press, shown);
    }
    if (answer.status !== "truncated") return;
    const mayGuess = client.network.hasLost || this.wasRestarted || answer.run === null || !this.wire.isUnsay;
    expectThat(answer.stated || mayGuess, `an end was guessed though nothing was lost; ${where}`);
    expectThat(
      answer.calls.every(({ status }) => ENDED.has(status)),
      `a call goes on after the end; ${where}`,
    );
    expectThat(
      answer.approvals.every(({ status }) => status !== "open" && status !== "deciding"),
      `a question after the end; ${where}`,
    );
  }

  /** How each answer of each client stands: `complete`, or the cause of a truncated one. */
  ends(): readonly string[] {
    return this.clients.flatMap((client) =>
      answersOf(client).map((answer) => (answer.status === "truncated" ? answer.cause : answer.status)),
    );
  }

  /** Everything comes back and ends: each answer must reach its end, and all clients must agree with the record. */
  async drain(): Promise<void> {
    for (const client of this.clients) client.network.goOnline();
    for (let round = 0; round < 40; round += 1) {
      this.server.expireQuestion();
      this.server.complete();
      for (const { network, session } of this.clients) {
        network.deliver(Number.MAX_SAFE_INTEGER);
        session.wake();
      }
      await this.step(5_000);
    }
    for (const client of this.clients) {
      await client.session.load();
      client.network.deliver(Number.MAX_SAFE_INTEGER);
    }
    await this.step(1_000);
    for (const client of this.clients) this.#expectEnd(client);
  }

  #expectEnd(client: Client): void {
    const { messages, queue } = client.session.store.getState();
    for (const answer of answersOf(client)) {
      expectThat(answer.status !== "pending" && answer.status !== "streaming", `${client.name}: ${answer.id} never ends`);
      const runs = this.server.runsOf(answer.id);
      if (!this.wire.isUnsay || runs.length === 0) continue;
      const record = this.server.record(answer.id);
      expectThat(answer.status === record.status, `${client.name}: ${answer.id} is ${answer.status}, its record ${record.status}`);
      if (answer.stop === null)
        expectThat(textOf(answer) === textOf(record), `${client.name}: ${answer.id} shows another text than its record`);
    }
    const shown = messages.flatMap((message) => (message.role === "user" ? [message.text] : []));
    const all = [...shown, ...queue.map(({ text }) => text)];
    for (const text of client.said)
      expectThat(all.filter((other) => other === text).length === 1, `${client.name}: "${text}" is lost or doubled`);
  }
}

const ENDED: ReadonlySet<string> = new Set(["succeeded", "failed", "unknown", "cancelled", "rejected", "expired"]);

/** A decision that nobody refused is repeated as it was, and never made anew. */
function hasOneDecisionEach({ network }: Client): boolean {
  const decisions = network.sent.filter((command) => command.command === "decide" && !network.refused.has(command.id));
  const ids = new Set(decisions.map(({ id }) => id));
  return ids.size === new Set(decisions.flatMap((command) => (command.command === "decide" ? [command.approval] : []))).size;
}

export function answersOf({ session }: Client): readonly AssistantMessage[] {
  return session.store.getState().messages.filter((message) => message.role === "assistant");
}

export function expectThat(holds: boolean, why: string): void {
  if (!holds) throw new Error(why);
}
