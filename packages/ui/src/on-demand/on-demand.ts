"use client";
import { startTransition, useEffect, useState } from "react";

/** What there is of a piece of the kit that is fetched when it is needed. `failed` ones are tried again by themselves. */
export type Loaded<Module> =
  | { readonly status: "waiting" | "failed"; readonly module: null }
  | { readonly status: "loaded"; readonly module: Module };

export interface OnDemand<Module> {
  readonly current: () => Loaded<Module>;
  /** Fetches it, once for all who ask. Rejects when that failed; the next call tries again. */
  readonly load: () => Promise<Module>;
  readonly subscribe: (listener: () => void) => () => void;
}

export interface OnDemandOptions<Module> {
  /** As the developer console names it. */
  readonly name: string;
  /** What the reader has until it is there. */
  readonly meanwhile: string;
  /** An `import()`, so that bundlers put it into a file of its own. */
  readonly fetch: () => Promise<Module>;
}

/** After these times (ms) a failed fetch is made again; from then on when the browser comes online, or somebody asks. */
const RETRY_MS = [1_000, 5_000, 20_000] as const;

export function createOnDemand<Module>({ name, meanwhile, fetch }: OnDemandOptions<Module>): OnDemand<Module> {
  let state: Loaded<Module> = { status: "waiting", module: null };
  let pending: Promise<Module> | null = null;
  let failures = 0;
  const listeners = new Set<() => void>();
  const become = (next: Loaded<Module>): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const fail = (error: unknown): never => {
    pending = null;
    become({ status: "failed", module: null });
    if (failures === 0) console.error(whyFailed(name, meanwhile), error);
    retryLater(RETRY_MS[failures++], () => void load().catch(() => {}));
    throw error;
  };
  const load = (): Promise<Module> => {
    pending ??= fetch().then((module) => {
      become({ status: "loaded", module });
      return module;
    }, fail);
    return pending;
  };
  return {
    current: () => state,
    load,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** At once where the piece is there, or else when it has come; not at all where it does not come. */
export function withPiece<Module>(piece: OnDemand<Module>, act: (module: Module) => void): void {
  const { module } = piece.current();
  if (module === null) piece.load().then(act, () => {});
  else act(module);
}

function whyFailed(name: string, meanwhile: string): string {
  return (
    `Unsay could not load ${name}, a file of your build that is fetched on demand. ${meanwhile} ` +
    "Keep the files of earlier builds in place while pages of them are open, and let the Content-Security-Policy allow scripts from where they lie."
  );
}

function retryLater(delay: number | undefined, retry: () => void): void {
  if (delay !== undefined) setTimeout(retry, delay);
  else globalThis.addEventListener?.("online", retry, { once: true });
}

/** The piece as it is now; fetched when the component mounts, or when it is wanted. It comes without blanking what is shown until then. */
export function useOnDemand<Module>(piece: OnDemand<Module>, isWanted = true): Loaded<Module> {
  const [held, setHeld] = useState(() => ({ piece, loaded: piece.current() }));
  const loaded = held.piece === piece ? held.loaded : piece.current();
  useEffect(() => {
    if (loaded.status === "loaded" || !isWanted) return;
    const update = (): void => startTransition(() => setHeld({ piece, loaded: piece.current() }));
    const unsubscribe = piece.subscribe(update);
    if (piece.current() !== loaded) update();
    if (loaded.status === "waiting") piece.load().catch(() => {});
    return unsubscribe;
  }, [piece, loaded, isWanted]);
  return loaded;
}
