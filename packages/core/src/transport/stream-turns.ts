/** Monotonic milliseconds, and a timer that returns its canceller. Given so that tests own it. */
export interface TurnTime {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

/** One stream among those that a page reads from one origin. */
export interface Turn {
  /** `null` until it is known. */
  readonly run: string | null;
  /** Closes its connection, and waits. */
  giveWay(): void;
  /** Has waited long enough, and asks for the rest. */
  goOn(): void;
}

/** Of the six connections that a browser opens to an origin over HTTP/1.1, two are left for what can't wait: stops, decisions, new questions. */
const MAX_OPEN = 4;
/** Where others wait, a stream is read for so long before it gives way: each change costs a request. */
const TURN_MS = 2_000;

/**
 * Lets the streams of one origin take turns where they are more than may be open at once. Nobody waits to begin: where that makes one too many,
 * another gives way at once. Who has been read longest gives way first, and goes on when all who waited before have had their turn.
 */
export class StreamTurns {
  readonly #time: TurnTime;
  readonly #isLimited: () => boolean;
  /** Who has a connection, and since when it is read; `null` while it can't give way. The longest read comes first. */
  readonly #open = new Map<Turn, number | null>();
  readonly #waiting = new Set<Turn>();
  #cancel: () => void = () => {};

  /** `isLimited`: streams take connections from each other, which they do over HTTP/1.1 only. */
  constructor(time: TurnTime, isLimited: () => boolean) {
    this.#time = time;
    this.#isLimited = isLimited;
  }

  /** A request leaves. Until its stream is read and could be gone on with, it can't give way. */
  hold(turn: Turn): void {
    this.#open.set(turn, null);
    this.#share();
  }

  /** Its stream is read now, and could be gone on with later. */
  begin(turn: Turn): void {
    if (this.#open.delete(turn)) this.#open.set(turn, this.#time.now());
    this.#share();
  }

  /** Somebody waits for what this run says next: it goes on now, and another gives way. */
  hurry(run: string): void {
    for (const turn of this.#waiting) if (turn.run === run) this.#call(turn);
    this.#share();
  }

  leave(turn: Turn): void {
    this.#open.delete(turn);
    this.#waiting.delete(turn);
    this.#share();
  }

  /** In the time of the turns. */
  after(ms: number, run: () => void): () => void {
    return this.#time.after(ms, run);
  }

  #share(): void {
    this.#cancel();
    while (this.#waiting.size > 0 && (this.#open.size < MAX_OPEN || !this.#isLimited())) this.#callNext();
    const isCrowded = this.#open.size > MAX_OPEN;
    if ((!isCrowded && this.#waiting.size === 0) || !this.#isLimited()) return;
    for (const [turn, since] of this.#open) {
      if (since === null) continue;
      const leftMs = isCrowded ? 0 : since + TURN_MS - this.#time.now();
      if (leftMs <= 0) this.#sendAway(turn);
      else this.#cancel = this.#time.after(leftMs, () => this.#share());
      return;
    }
  }

  #callNext(): void {
    for (const turn of this.#waiting) return this.#call(turn);
  }

  #call(turn: Turn): void {
    this.#waiting.delete(turn);
    this.#open.set(turn, null);
    turn.goOn();
  }

  #sendAway(turn: Turn): void {
    this.#open.delete(turn);
    this.#waiting.add(turn);
    turn.giveWay();
    this.#share();
  }
}

const systemTime: TurnTime = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const known = new Map<string, StreamTurns>();

/** The turns that all transports of this page share for the origin of `url`. */
export function turnsOfPage(url: string): StreamTurns {
  const page = globalThis.location?.href;
  if (page === undefined) return noTurns();
  const { origin } = new URL(url, page);
  const turns = known.get(origin) ?? new StreamTurns(systemTime, () => !isMultiplexed(origin));
  known.set(origin, turns);
  return turns;
}

/** Where connections are not scarce: outside of a page, and where none is opened. */
export function noTurns(): StreamTurns {
  return new StreamTurns(systemTime, () => false);
}

/** Over HTTP/2 and 3 all streams share one connection. Browsers tell it of what they have loaded from there, if at all. */
function isMultiplexed(origin: string): boolean {
  const loaded = performance.getEntries?.() ?? [];
  return loaded.some(
    (entry) => entry.name.startsWith(`${origin}/`) && "nextHopProtocol" in entry && /^h[23]/u.test(String(entry.nextHopProtocol)),
  );
}
