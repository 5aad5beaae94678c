"use client";
import { createContext, useContext, useMemo, type Context, type ReactElement, type ReactNode } from "react";
import type { StringOverrides } from "./en.js";
import { mergeWords } from "./merge-words.js";

/** English words in, the words that are said here out; the same table each time. */
export type Wording = <Words extends object>(english: Words) => Words;

const StringsContext: Context<Wording> = createContext<Wording>((english) => english);

/** These words as the nearest `StringsProvider` has them. Each component brings the English ones that it shows. */
export function useWords<Words extends object>(english: Words): Words {
  return useContext(StringsContext)(english);
}

/** For words that are not known before they are needed. */
export function useWording(): Wording {
  return useContext(StringsContext);
}

export interface StringsProviderProps {
  /** Replaces single entries; entries left out come from the provider above, and at last from English. */
  readonly value: StringOverrides | undefined;
  readonly children?: ReactNode;
}

/** Replaces words below it. Renders no element. */
export function StringsProvider({ value, children }: StringsProviderProps): ReactElement {
  const above = useContext(StringsContext);
  const wording = useMemo(() => (value === undefined ? above : createWording(above, value)), [above, value]);
  return <StringsContext.Provider value={wording}>{children}</StringsContext.Provider>;
}

function createWording(above: Wording, overrides: StringOverrides): Wording {
  const made = new WeakMap<object, object>();
  return <Words extends object>(english: Words): Words => {
    const words = made.get(english) ?? mergeWords(above(english), overrides);
    made.set(english, words);
    return words as Words;
  };
}
