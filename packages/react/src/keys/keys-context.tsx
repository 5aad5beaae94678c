"use client";

import { createContext, useContext, useMemo, type ReactNode } from "react";
import { defaultKeys, type KeyBindings } from "./key-bindings.js";

const KeysContext = createContext<KeyBindings>(defaultKeys);

export interface KeysProviderProps {
  /** What is left out stays as it is above. */
  readonly keys: Partial<KeyBindings> | undefined;
  readonly children?: ReactNode;
}

/** Maps keys anew for everything below. Renders no element. */
export function KeysProvider({ keys, children }: KeysProviderProps): ReactNode {
  const above = useContext(KeysContext);
  const key = JSON.stringify(keys);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is the value of the bindings, often written in place
  const value = useMemo(() => ({ ...above, ...keys }), [above, key]);
  return <KeysContext.Provider value={value}>{children}</KeysContext.Provider>;
}

/** The key bindings of the nearest `KeysProvider`, or the default ones. */
export function useKeys(): KeyBindings {
  return useContext(KeysContext);
}
