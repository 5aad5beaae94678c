import type { StorageLike } from "@unsay/core";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { UsedRange, UseKind, UseNews } from "./used-range.js";

export interface UseStoreState {
  /** By message id; a message nobody used has no entry. */
  readonly uses: Readonly<Record<string, readonly UsedRange[]>>;
}

/** What readers used of the answers of a thread. Plain data: `getState().uses` may be stored and given back as `initial`. */
export interface UseStore extends StoreApi<UseStoreState> {
  readonly add: (use: UsedRange) => void;
  /** The reader has seen the news about one use. */
  readonly dismiss: (use: UsedRange, news: UseNews, revision: number) => void;
}

export interface UseStoreOptions {
  readonly initial?: UseStoreState["uses"];
  /** Where uses survive a reload. */
  readonly storage?: StorageLike;
  /** The entry in `storage`; name the thread in it. */
  readonly storageKey?: string;
  /** Told of each use, when it happens. */
  readonly onUse?: (use: UsedRange) => void;
}

/** The newest uses of one message that are kept. */
const MAX_USES = 50;

export function createUseStore(options: UseStoreOptions = {}): UseStore {
  const { storage, storageKey = "unsay.uses", onUse } = options;
  const store = createStore<UseStoreState>(() => ({ uses: { ...readStored(storage, storageKey), ...options.initial } }));
  const change = (message: string, next: readonly UsedRange[]): void => {
    store.setState(({ uses }) => ({ uses: { ...uses, [message]: next.slice(-MAX_USES) } }));
    write(storage, storageKey, store.getState().uses);
  };
  const usesOf = (message: string): readonly UsedRange[] => store.getState().uses[message] ?? [];
  return {
    ...store,
    add(use) {
      change(use.message, [...usesOf(use.message), use]);
      onUse?.(use);
    },
    dismiss(use, news, revision) {
      const dismissedAt = { news, revision };
      change(
        use.message,
        usesOf(use.message).map((other) => (other.id === use.id ? { ...other, dismissedAt } : other)),
      );
    },
  };
}

/** A full or forbidden storage costs the memory of a reload and nothing else. */
function write(storage: StorageLike | undefined, key: string, uses: UseStoreState["uses"]): void {
  try {
    storage?.setItem(key, JSON.stringify(uses));
  } catch {
    return;
  }
}

function readStored(storage: StorageLike | undefined, key: string): UseStoreState["uses"] {
  try {
    return parseUses(JSON.parse(storage?.getItem(key) ?? "{}"));
  } catch {
    return {};
  }
}

/** Uses from storage or a server, as far as they are what they should be. */
export function parseUses(value: unknown): UseStoreState["uses"] {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([message, list]) => {
      const uses = Array.isArray(list) ? list.filter(isUsedRange) : [];
      return uses.length === 0 ? [] : [[message, uses]];
    }),
  );
}

const KINDS: ReadonlySet<unknown> = new Set<UseKind>(["copied", "quoted", "inserted", "applied", "ran"]);

function isUsedRange(value: unknown): value is UsedRange {
  if (typeof value !== "object" || value === null) return false;
  const use = value as { readonly [Name in keyof UsedRange]?: unknown };
  const hasWords = typeof use.id === "string" && typeof use.message === "string" && typeof use.hash === "string";
  const hasNumbers = typeof use.revision === "number" && typeof use.at === "number" && typeof use.wasFinished === "boolean";
  return hasWords && hasNumbers && KINDS.has(use.kind) && Array.isArray(use.spans) && use.spans.every(isPlace);
}

function isPlace(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number" && typeof value[2] === "number";
}
