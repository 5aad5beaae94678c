import type { Store } from "./store.js";

/** Runs one call of a store. What it returns or throws is the call's outcome. */
export type AroundCall = (name: keyof Store, call: () => Promise<unknown>, values: readonly unknown[]) => Promise<unknown>;

/** The same store with something around each call, such as a time limit. `watch` promises nothing and is left as it is. */
export function aroundStore(store: Store, around: AroundCall): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      const call = member.bind(target) as (...values: unknown[]) => Promise<unknown>;
      return name === "watch" ? call : (...values: unknown[]) => around(name as keyof Store, () => call(...values), values);
    },
  });
}
