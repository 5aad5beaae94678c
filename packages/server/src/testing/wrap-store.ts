import type { Store } from "../stores/store.js";

/** A store with some of its calls replaced. */
export function wrapStore(store: Store, changes: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(Reflect.has(changes, name) ? changes : target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
