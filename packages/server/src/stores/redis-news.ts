import { Watchers } from "./watchers.js";

type Streams = readonly { readonly key: string; readonly id: string }[];
type Reply = unknown;

export interface RedisNewsOptions {
  /** The stream in which news under a name is told. */
  readonly keyOf: (name: string) => string;
  /** Adds an entry to a stream. */
  readonly wake: (key: string) => Promise<unknown>;
  readonly forget: (key: string) => Promise<unknown>;
  /** Waits for entries behind the given ids, on a connection that nothing else uses. */
  readonly wait: (streams: Streams, blockMs: number) => Promise<Reply>;
}

const BLOCK_MS = 5_000;
/** After an error of the connection. */
const RETRY_MS = 200;

/** One blocking read for everything that is watched here; a stream of its own wakes it when that changes. */
export class RedisNews {
  readonly #options: RedisNewsOptions;
  readonly #watchers = new Watchers();
  readonly #lastIds = new Map<string, string>();
  readonly #self: string;
  #isRunning = false;
  #isClosed = false;

  constructor(options: RedisNewsOptions) {
    this.#options = options;
    this.#self = options.keyOf(`watcher:${crypto.randomUUID()}`);
  }

  watch(name: string, onNews: () => void): () => void {
    const isNew = !this.#watchers.names.includes(name);
    const unwatch = this.#watchers.add(name, onNews);
    if (!this.#isRunning) void this.#run();
    else if (isNew) this.#options.wake(this.#self).catch(() => {});
    return unwatch;
  }

  close(): void {
    this.#isClosed = true;
    this.#options.forget(this.#self).catch(() => {});
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (!this.#isClosed && this.#watchers.names.length > 0) await this.#waitOnce();
    this.#isRunning = false;
    this.#lastIds.clear();
  }

  async #waitOnce(): Promise<void> {
    const names = new Map(this.#watchers.names.map((name) => [this.#options.keyOf(name), name]));
    for (const key of this.#lastIds.keys()) if (!names.has(key) && key !== this.#self) this.#lastIds.delete(key);
    const keys = [this.#self, ...names.keys()];
    try {
      const reply = await this.#options.wait(
        keys.map((key) => ({ key, id: this.#lastIds.get(key) ?? "0" })),
        BLOCK_MS,
      );
      for (const [key, id] of readReply(reply)) {
        this.#lastIds.set(key, id);
        const name = names.get(key);
        if (name !== undefined) this.#watchers.tell(name);
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** The newest id of each stream that has news. */
function readReply(reply: Reply): readonly (readonly [string, string])[] {
  if (!Array.isArray(reply)) return [];
  return (reply as readonly { readonly name: string; readonly messages: readonly { readonly id: string }[] }[]).map(
    ({ name, messages }) => [name, messages.at(-1)?.id ?? "0"] as const,
  );
}
