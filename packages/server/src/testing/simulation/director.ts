import type { EventOf, UnsayEvent } from "@unsay/core/protocol";
import type { Operation } from "../history/history.js";
import { startCommand, stopCommand } from "../test-server.js";
import { ask, listen, send, type Connection, type Process, type World } from "./world.js";

export const THREAD = "t1";
const THREAD_COMMANDS = `/threads/${THREAD}/commands`;

/** How likely the people of one seed are to do something, decided once: some are calm, others do it all at once. */
type Habit = "stop" | "cut" | "redirect" | "undo" | "contradict" | "startTwice" | "stopEarly";

const SHARES: Readonly<Record<Habit, readonly [share: number, rate: number]>> = {
  stop: [0.4, 0.08],
  cut: [0.5, 0.12],
  redirect: [0.2, 0.05],
  undo: [0.4, 0.6],
  contradict: [0.5, 0.5],
  startTwice: [0.25, 1],
  stopEarly: [0.1, 1],
};

/** The people before the screens: they ask, stop, decide against each other, lose their connection and come back. */
export class Director {
  readonly #world: World;
  /** Where they ask. New answers are asked of the first. */
  processes: readonly Process[];
  readonly #rates: ReadonlyMap<string, number>;
  readonly #connections: Connection[] = [];
  readonly #handled = new Set<string>();
  #commands = 0;
  #answers = 0;

  constructor(world: World, processes: readonly Process[]) {
    this.#world = world;
    this.processes = processes;
    this.#rates = new Map(Object.entries(SHARES).map(([habit, [share, rate]]) => [habit, world.random() < share ? rate : 0]));
  }

  /** Asks for an answer, perhaps of two processes at once, and perhaps takes it back before it begins. Gives its message id. */
  start(change: Record<string, unknown>, at: Process | undefined = this.processes[0]): string {
    this.#answers += 1;
    const startKey = `k${this.#answers}`;
    const command = startCommand({ startKey, answer: `m${this.#answers}`, message: undefined, ...change });
    if (this.#does("stopEarly")) this.#stop(this.#any(), { startKey });
    this.#startAt(at, command);
    if (this.#does("startTwice")) this.#startAt(this.#any(), command);
    return String(command["answer"]);
  }

  /** What people do in a moment, about what they have heard so far. */
  step(): void {
    // Who comes back takes the place of who was cut off, so this goes over those who are there now.
    for (const connection of this.#connections.slice()) {
      this.#react(connection);
      this.#interfere(connection);
    }
  }

  /** Everyone who reads has the end. */
  get isOver(): boolean {
    return this.#connections.length > 0 && this.#connections.every(({ view }) => view.events.some(({ type }) => type === "run.end"));
  }

  #react({ view }: Connection): void {
    for (const event of view.events) {
      const key = `${event.run} ${event.seq}`;
      if (this.#handled.has(key)) continue;
      this.#handled.add(key);
      if (event.type === "approval.request") this.#answer(event);
      if (event.type === "receipt" && event.outcome === "succeeded" && this.#does("undo")) this.#undo(event);
    }
  }

  /** What happens to a reader while an answer comes. */
  #interfere(connection: Connection): void {
    const { view } = connection;
    const { run } = view;
    const last = view.events.at(-1);
    if (last?.type === "run.end") return;
    if (this.#does("stop")) this.#stop(this.#any(), { run });
    if (this.#does("redirect") && last !== undefined) this.#redirect(last);
    if (connection.isOver || this.#does("cut")) this.#reconnect(connection);
  }

  #startAt(process: Process | undefined, command: Record<string, unknown>): void {
    if (process === undefined) return;
    const id = String(command["startKey"]);
    ask(this.#world, process, {
      kind: "start",
      client: "ana",
      id,
      path: `/threads/${THREAD}/runs`,
      body: command,
      onAnswer: (response, operation) => this.#listen(process, response, operation),
    });
  }

  #listen(process: Process, response: Response, operation: Operation): void {
    if (response.status !== 200) return;
    operation.run = response.headers.get("x-unsay-run") ?? "";
    this.#read(process, response, operation.run, 0);
  }

  #read(process: Process, response: Response, run: string, after: number): void {
    const view = { client: `reader ${this.#world.views.length}`, run, after, events: [] };
    this.#world.views.push(view);
    this.#connections.push(listen(process, response, view));
  }

  /** Comes back with the last number it has, to whichever process answers. */
  #reconnect(connection: Connection): void {
    connection.isOver = true;
    this.#connections.splice(this.#connections.indexOf(connection), 1);
    const { run, after, events } = connection.view;
    const last = events.at(-1)?.seq ?? after;
    const process = this.#any();
    if (process === undefined) return;
    void send(process, new Request(`http://here/runs/${run}/events?after=${last}`)).then((response) => {
      if (response.status === 200) this.#read(process, response, run, last);
      else if (response.status >= 500) this.#connections.push(connection);
    });
  }

  #stop(process: Process | undefined, what: { readonly run: string } | { readonly startKey: string }): void {
    if (process === undefined) return;
    const id = this.#commandId("stop");
    const path = "run" in what && this.#world.random() < 0.5 ? `/runs/${what.run}/commands` : THREAD_COMMANDS;
    const facts = { kind: "stop", client: "ana", id, path, ...what } as const;
    ask(this.#world, process, { ...facts, body: stopCommand({ id, ...what }) });
  }

  #redirect({ message }: UnsayEvent): void {
    const number = this.#answers + 1;
    this.start({ redirects: message, message: { id: `u${number}`, text: `instead-${number}-` } });
  }

  #undo({ run, receipt }: EventOf<"receipt">): void {
    for (let times = this.#world.random() < 0.4 ? 2 : 1; times > 0; times -= 1) {
      const id = this.#commandId("undo");
      const body = { command: "undo", id, client: "ana", thread: THREAD, run, receipt };
      this.#askSoon({ kind: "undo", client: "ana", id, run, path: `/runs/${run}/commands`, body });
    }
  }

  /** Somebody answers, somebody else perhaps otherwise, and a program perhaps with arguments that nobody was asked about. */
  #answer(request: EventOf<"approval.request">): void {
    const choice = this.#world.random() < 0.75 ? "approve" : "reject";
    if (this.#does("contradict")) this.#decide(request, "forged");
    if (this.#world.random() < 0.9) this.#decide(request, choice);
    if (this.#does("contradict")) this.#decide(request, choice === "approve" ? "reject" : "approve");
  }

  #decide(request: EventOf<"approval.request">, choice: "approve" | "reject" | "forged"): void {
    const { run, approval } = request;
    const id = this.#commandId("decide");
    const items = request.items.map(({ call, argsHash }) => ({
      call,
      argsHash: choice === "forged" ? `${argsHash.slice(1)}0` : argsHash,
      decision: choice === "reject" ? "reject" : "approve",
    }));
    const body = { command: "decide", id, client: "ana", thread: THREAD, run, approval, items };
    const asking = { kind: "decide", client: "ana", id, run, approval, choice, path: `/runs/${run}/commands`, body } as const;
    this.#askSoon(asking);
    // The reply was lost, so it is sent again under its id.
    if (this.#world.random() < 0.2) this.#askSoon(asking);
  }

  #askSoon(asking: Parameters<typeof ask>[2]): void {
    const process = this.#any();
    if (process !== undefined) this.#world.clock.after(Math.floor(this.#world.random() * 200), () => ask(this.#world, process, asking));
  }

  #commandId(kind: string): string {
    this.#commands += 1;
    return `${kind}-${this.#commands}`;
  }

  #does(habit: Habit): boolean {
    const rate = this.#rates.get(habit) ?? 0;
    return rate > 0 && this.#world.random() < rate;
  }

  #any(): Process | undefined {
    return this.processes[Math.floor(this.#world.random() * this.processes.length)];
  }
}
