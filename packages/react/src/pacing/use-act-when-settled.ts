"use client";

import { useId, useState, type MouseEvent } from "react";
import { useSettled, type UseSettledOptions, type UseSettledResult } from "./use-settled.js";

export interface UseActWhenSettledResult extends UseSettledResult {
  /** Somebody tried too early: now is the time to say why. Ends when the answer settles. */
  readonly wasTried: boolean;
  /** For the button. It stays focusable, and names the element that says why. */
  readonly getButtonProps: (props?: { readonly onClick?: ((event: MouseEvent<HTMLElement>) => void) | undefined }) => {
    readonly type: "button";
    readonly "aria-disabled": true | undefined;
    readonly "aria-describedby": string | undefined;
    readonly onClick: (event: MouseEvent<HTMLElement>) => void;
  };
  /** For the element that says why. */
  readonly getReasonProps: () => { readonly id: string };
}

/** Guards a button of the app that acts on an answer: until the answer has settled, a press does nothing but say why. */
export function useActWhenSettled(messageId: string, options: UseSettledOptions = {}): UseActWhenSettledResult {
  const settled = useSettled(messageId, options);
  const [wasTried, setWasTried] = useState(false);
  const id = useId();
  const { isSettled } = settled;
  if (isSettled && wasTried) setWasTried(false);
  return {
    ...settled,
    wasTried,
    getReasonProps: () => ({ id }),
    getButtonProps: ({ onClick } = {}) => ({
      type: "button",
      "aria-disabled": isSettled ? undefined : true,
      "aria-describedby": isSettled ? undefined : id,
      onClick: (event) => {
        if (isSettled) return onClick?.(event);
        event.preventDefault();
        setWasTried(true);
      },
    }),
  };
}
