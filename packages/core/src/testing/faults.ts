import { waitFor } from "./byte-stream.js";
import { ConnectionReset, onlyFirst, type AnswerFault, type ByteFault, type UnitFault } from "./fault.js";

/** How a connection ends: `close` is an orderly end of the body, `reset` breaks it. To a reader both are a cut. */
export interface CutOptions {
  readonly how?: "close" | "reset";
}

/** One unit by its place (the first is 1), or a share of all of them, picked by the seed. */
export type Which = { readonly at: number } | { readonly share: number };

/** The connection ends after `events` events (frames, on bytes). `cutAfter(0)` ends it before the first. */
export function cutAfter(events: number, options: CutOptions = {}): UnitFault {
  return unitFault(`cutAfter(${events})`, async function* (batches) {
    let left = events;
    if (left > 0) {
      for await (const batch of batches) {
        const kept = batch.slice(0, left);
        left -= kept.length;
        if (kept.length > 0) yield kept;
        if (left === 0) break;
      }
    }
    if (left === 0 && options.how === "reset") throw new ConnectionReset();
  });
}

/** Nothing more comes for `ms` after `after` events, then everything goes on. Without `ms` the connection hangs for ever. */
export function stall(options: { readonly after: number; readonly ms?: number }): UnitFault {
  const { after, ms = Number.POSITIVE_INFINITY } = options;
  return unitFault(`stall(after ${after}, ${ms} ms)`, async function* (batches, { clock, signal }) {
    if (after === 0 && !(await waitFor(ms, clock, signal))) return;
    let seen = 0;
    for await (const batch of batches) {
      const left = after - seen;
      seen += batch.length;
      const isHere = left > 0 && batch.length >= left;
      yield isHere ? batch.slice(0, left) : batch;
      if (!isHere) continue;
      if (!(await waitFor(ms, clock, signal))) return;
      if (batch.length > left) yield batch.slice(left);
    }
  });
}

/** Events come twice: all of them, or `which`. */
export function duplicate(which: Which = { share: 1 }): UnitFault {
  return eachUnit("duplicate", which, (unit) => [unit, unit]);
}

/** Events are lost. */
export function drop(which: Which): UnitFault {
  return eachUnit("drop", which, () => []);
}

/** Events change places with the one that follows: `which`, or a quarter of them. */
export function reorder(which: Which = { share: 0.25 }): UnitFault {
  return unitFault("reorder", async function* <Unit>(batches: AsyncIterable<readonly Unit[]>, { random }: { random: () => number }) {
    const isHit = createPicker(which, random);
    let held: readonly Unit[] = [];
    for await (const batch of batches) {
      const sent: Unit[] = [];
      for (const unit of batch) {
        if (held.length === 0 && isHit()) held = [unit];
        else {
          sent.push(unit, ...held);
          held = [];
        }
      }
      if (sent.length > 0) yield sent;
    }
    if (held.length > 0) yield held;
  });
}

/** Events can't be read: `which` of them has lost its end. On events, what an adapter says of such a stream comes instead. */
export function corrupt(which: Which): UnitFault {
  return unitFault("corrupt", async function* (batches, { random, corrupt: damage }) {
    const isHit = createPicker(which, random);
    for await (const batch of batches) {
      const sent: (typeof batch)[number][] = [];
      for (const unit of batch) {
        const damaged = isHit() ? damage(unit) : null;
        sent.push(damaged?.unit ?? unit);
        if (damaged?.isLast === true) {
          yield sent;
          return;
        }
      }
      yield sent;
    }
  });
}

/** A proxy that gathers: events come in lumps of `every`, or all at once when the backend has finished. */
export function burst(options: { readonly every?: number } = {}): UnitFault {
  const { every = Number.POSITIVE_INFINITY } = options;
  return unitFault(`burst(${every})`, async function* <Unit>(batches: AsyncIterable<readonly Unit[]>) {
    let gathered: Unit[] = [];
    for await (const batch of batches) {
      gathered.push(...batch);
      while (gathered.length >= every) {
        yield gathered.slice(0, every);
        gathered = gathered.slice(every);
      }
    }
    if (gathered.length > 0) yield gathered;
  });
}

/** The connection ends after `bytes` bytes of the body, in the middle of a character if it falls so. */
export function cutAtByte(bytes: number, options: CutOptions = {}): ByteFault {
  return byteFault(`cutAtByte(${bytes})`, async function* (chunks) {
    let left = bytes;
    if (left > 0) {
      for await (const chunk of chunks) {
        const kept = chunk.subarray(0, left);
        left -= kept.length;
        if (kept.length > 0) yield kept;
        if (left === 0) break;
      }
    }
    if (left === 0 && options.how === "reset") throw new ConnectionReset();
  });
}

/** The body comes in pieces of `bytes` bytes, so that borders fall anywhere. */
export function inPieces(bytes: number): ByteFault {
  return byteFault(`inPieces(${bytes})`, async function* (chunks) {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += bytes) yield chunk.subarray(at, at + bytes);
    }
  });
}

/** The backend, or something in front of it, answers with this status. A `body` that is no string is sent as JSON; 410 says `cursor-expired` unless told otherwise. */
export function http(
  status: number,
  answer: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string | object } = {},
): AnswerFault {
  const body = answer.body ?? (status === 410 ? CURSOR_EXPIRED : null);
  const isJson = body !== null && typeof body !== "string";
  const headers = { ...(isJson ? { "content-type": "application/json" } : {}), ...answer.headers };
  return answerFault(`http(${status})`, async () => new Response(isJson ? JSON.stringify(body) : body, { status, headers }));
}

/** What a server of this protocol says with 410. */
const CURSOR_EXPIRED = { code: "cursor-expired", message: "This part of the log is no longer stored.", retryable: false };

/** A web page where an answer should be: a login, a captive portal, a proxy's error page. Status 200 unless given. */
export function htmlErrorPage(status = 200): AnswerFault {
  const page = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to go on</h1></body></html>";
  return { ...http(status, { headers: { "content-type": "text/html; charset=utf-8" }, body: page }), name: `htmlErrorPage(${status})` };
}

/** Nothing comes back, and nobody knows whether the request arrived. */
export function offline(): AnswerFault {
  return answerFault("offline", async () => {
    throw new TypeError("Failed to fetch");
  });
}

function unitFault(name: string, transform: UnitFault["transform"]): UnitFault {
  return { level: "units", name, strikes: onlyFirst, transform };
}

function byteFault(name: string, transform: ByteFault["transform"]): ByteFault {
  return { level: "bytes", name, strikes: onlyFirst, transform };
}

function answerFault(name: string, respond: AnswerFault["respond"]): AnswerFault {
  return { level: "answer", name, strikes: onlyFirst, respond };
}

function eachUnit(name: string, which: Which, change: <Unit>(unit: Unit) => readonly Unit[]): UnitFault {
  return unitFault(name, async function* (batches, { random }) {
    const isHit = createPicker(which, random);
    for await (const batch of batches) {
      const changed = batch.flatMap((unit) => (isHit() ? change(unit) : [unit]));
      if (changed.length > 0) yield changed;
    }
  });
}

function createPicker(which: Which, random: () => number): () => boolean {
  let place = 0;
  return () => {
    place += 1;
    return "at" in which ? place === which.at : random() < which.share;
  };
}
