import fc from "fast-check";
import type { Session } from "../../src/session/session.types.js";
import type { ModelWire } from "./model-network.js";
import { answersOf, expectThat, type Client, type World } from "./model.js";

/** What the model itself remembers: how many things were said, to tell them apart. */
export interface Model {
  texts: number;
}

type Act = (world: World, client: Client, model: Model) => void | Promise<unknown>;

function say(verb: (session: Session, text: string) => void): Act {
  return (_world, client, model) => {
    const text = `say ${(model.texts += 1)}`;
    client.said.push(text);
    verb(client.session, text);
  };
}

function decide(decision: "approve" | "reject"): Act {
  return async (_world, client) => {
    const open = answersOf(client).flatMap((answer) => answer.approvals.filter(({ status }) => status === "open" || status === "deciding"));
    const sentBefore = client.network.sent.length;
    for (const approval of open) client.session.decide(approval.id, { decision }).catch(() => {});
    const sent = client.network.sent.slice(sentBefore).flatMap((command) => (command.command === "decide" ? command.items : []));
    const hashes = new Set(open.flatMap(({ items }) => items.map(({ argsHash }) => argsHash)));
    expectThat(
      sent.every(({ argsHash }) => hashes.has(argsHash)),
      "a decision about arguments that were not shown",
    );
  };
}

/** What was only on the screen is not expected back. */
const reload: Act = async (world, client) => {
  const kept = new Set([...world.server.users.map(({ text }) => text), ...client.session.store.getState().queue.map(({ text }) => text)]);
  client.said = client.said.filter((text) => kept.has(text));
  world.reload(client);
  await client.session.load().catch(() => {});
};

const last = (client: Client): string => answersOf(client).at(-1)?.id ?? "";

/** Everything that can happen, with how often it does. */
const ACTS: Readonly<Record<string, { readonly weight: number; readonly isUnsay?: true; readonly act: Act }>> = {
  deliverAll: { weight: 8, act: (_world, { network }) => network.deliver(Number.MAX_SAFE_INTEGER) },
  delta: { weight: 10, act: ({ server }) => server.append(` word-${server.live?.log.length ?? 0}`) },
  paragraph: { weight: 3, act: ({ server }) => server.append("\nnext") },
  deliverSome: { weight: 6, act: (_world, { network }) => network.deliver(97) },
  send: { weight: 5, act: say((session, text) => session.send(text)) },
  queue: { weight: 2, act: say((session, text) => session.queue(text)) },
  redirect: { weight: 3, act: say((session, text) => session.redirect(text)) },
  stop: { weight: 3, act: (_world, { session }) => session.stop() },
  complete: { weight: 3, act: ({ server }) => server.complete() },
  fail: { weight: 1, act: ({ server }) => server.fail() },
  offline: { weight: 2, act: (_world, { network }) => network.goOffline() },
  online: { weight: 3, act: (_world, { network, session }) => (network.goOnline(), session.wake()) },
  resume: { weight: 1, act: (_world, client) => client.session.reconnect(last(client)) },
  resumeQueue: { weight: 2, act: (_world, { session }) => session.resumeQueue() },
  clockJump: { weight: 1, act: ({ clock }) => clock.jump(3_600_000) },
  wait: { weight: 4, act: ({ clock }) => clock.advance(6_000) },
  restart: { weight: 1, act: (world) => world.restart() },
  retry: { weight: 1, act: (_world, client) => client.session.retry(last(client)) },
  revise: { weight: 2, isUnsay: true, act: ({ server }) => server.revise() },
  ask: { weight: 3, isUnsay: true, act: ({ server }) => server.ask() },
  approve: { weight: 3, isUnsay: true, act: decide("approve") },
  reject: { weight: 1, isUnsay: true, act: decide("reject") },
  loseRequest: { weight: 1, isUnsay: true, act: (_world, { network }) => network.loseNext("request") },
  loseReply: { weight: 1, isUnsay: true, act: (_world, { network }) => network.loseNext("reply") },
  attach: { weight: 2, isUnsay: true, act: (_world, { session }) => session.load().catch(() => {}) },
  reload: { weight: 1, isUnsay: true, act: reload },
};

export class Happening implements fc.AsyncCommand<Model, World> {
  readonly name: string;
  readonly client: number;

  constructor(name: string, client: number) {
    this.name = name;
    this.client = client;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, world: World): Promise<void> {
    const client = world.clients[this.client % world.clients.length];
    if (client !== undefined) await ACTS[this.name]?.act(world, client, model);
    await world.step();
  }

  toString(): string {
    return `${this.name}(${this.client})`;
  }
}

/** What once went wrong, as it was printed: `send(0) stop(0)`. */
export function happeningsOf(printed: string): Happening[] {
  return Array.from(printed.matchAll(/(\w+)\((\d)\)/gu), ([, name = "", client = "0"]) => new Happening(name, Number(client)));
}

/** At least 40 happenings in a row. */
export function happenings(wire: ModelWire): fc.Arbitrary<Happening[]> {
  const possible = Object.entries(ACTS).filter(([, { isUnsay }]) => wire.isUnsay || isUnsay !== true);
  // A failing run is shrunk towards the first, which changes least.
  const names = fc.oneof({ withCrossShrink: true }, ...possible.map(([name, { weight }]) => ({ arbitrary: fc.constant(name), weight })));
  const happening = fc.tuple(names, fc.nat({ max: 1 })).map(([name, client]) => new Happening(name, client));
  return fc.array(happening, { minLength: 40, maxLength: 60, size: "max" });
}
