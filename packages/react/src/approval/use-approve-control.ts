"use client";

import type { Clock } from "@unsay/core";
import { useState, type ChangeEvent, type KeyboardEvent } from "react";
import type { ApproveMechanism, ApproveStep } from "../types.js";
import type { Arming } from "./use-arming.js";
import { useApprovePress } from "./use-approve-press.js";
import { useHold } from "./use-hold.js";

export interface ApproveControlOptions {
  readonly clock: Clock;
  readonly arming: Arming;
  readonly requireTrusted: boolean;
  readonly canPress: boolean;
  readonly mechanism: ApproveMechanism;
  readonly holdMs: number;
  /** What is to be typed at tier 4. */
  readonly nameToType: string;
  readonly question: string;
  readonly onApprove: () => void;
}

export interface ApproveControl {
  /** The one in force: `hold` becomes `two-step` for those whose input can't hold. */
  readonly mechanism: ApproveMechanism;
  readonly step: ApproveStep;
  readonly isTyped: boolean;
  readonly getApproveProps: () => Record<string, unknown>;
  readonly getSecondProps: () => Record<string, unknown>;
  readonly getTypeProps: () => Record<string, unknown>;
}

/** How a yes is given: pressed, held, in two steps in two places, or after typing a name. */
export function useApproveControl(options: ApproveControlOptions): ApproveControl {
  const { clock, arming, requireTrusted, canPress, holdMs, nameToType, question, onApprove } = options;
  const [switchedFor, setSwitchedFor] = useState<string | null>(null);
  const [secondFor, setSecondFor] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const mechanism = options.mechanism === "hold" && switchedFor === question ? "two-step" : options.mechanism;
  const isSecond = mechanism === "two-step" && secondFor === question;
  const isTyped = mechanism !== "type" || isSameName(typed, nameToType);
  const press = { clock, arming, requireTrusted, canPress: canPress && isTyped };

  const openSecond = (): void => {
    if (options.mechanism === "hold") setSwitchedFor(question);
    setSecondFor(question);
    arming.restart();
  };
  const direct = useApprovePress({ ...press, onPress: mechanism === "two-step" ? openSecond : onApprove });
  const second = useApprovePress({ ...press, canPress: press.canPress && isSecond, onPress: onApprove });
  const hold = useHold({
    ...press,
    canPress: press.canPress && mechanism === "hold",
    holdMs,
    onPress: onApprove,
    onSynthesised: openSecond,
  });
  const closeSecond = { onClick: () => setSecondFor(null) };

  return {
    mechanism,
    step: isSecond ? "second" : hold.phase,
    isTyped,
    getApproveProps: () => (mechanism === "hold" ? { ...hold.props } : isSecond ? closeSecond : { ...direct }),
    getSecondProps: () => ({ ...second }),
    getTypeProps: () => ({
      value: typed,
      autoComplete: "off",
      spellCheck: false,
      onChange: (event: ChangeEvent<HTMLInputElement>) => setTyped(event.target.value),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === "Enter") event.preventDefault();
      },
    }),
  };
}

function isSameName(typed: string, name: string): boolean {
  const plain = (text: string): string => text.normalize("NFC").trim().toLowerCase();
  return name !== "" && plain(typed) === plain(name);
}
