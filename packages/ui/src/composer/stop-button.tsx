"use client";
import type { MouseEvent } from "react";
import type { StopRecord, ThreadStatus } from "@unsay/core";
import { Button, type ButtonProps } from "../button/button.js";
import { composeHandlers, withRef, type UiComponent } from "../component.js";
import { composerWords } from "../strings/english/composer.js";
import { useWords } from "../strings/strings.js";

export interface StopButtonProps extends ButtonProps {
  readonly status: ThreadStatus;
  /** The stop of the running answer, once it was pressed. */
  readonly stop?: StopRecord | null;
  readonly onStop: () => void;
}

export type StopButtonState = "ready" | "stopping" | "unconfirmed";

/** Stops the answer and keeps all of it. Stays in the tab order until the run has ended. Renders a `button`. */
export const StopButton: UiComponent<HTMLButtonElement, StopButtonProps> = withRef("StopButton", (props, ref) => {
  const { status, stop = null, onStop, onClick, children, className, ...rest } = props;
  const { composer } = useWords(composerWords);
  if (status !== "submitted" && status !== "streaming") return null;
  const state = selectStopState(stop);
  const press = (_event: MouseEvent<HTMLButtonElement>): void => {
    if (state !== "stopping") onStop();
  };
  const label = { ready: composer.stop, stopping: composer.stopping, unconfirmed: composer.stopAgain }[state];
  return (
    <Button
      {...rest}
      ref={ref}
      className={["unsay-stop", className].filter(Boolean).join(" ")}
      data-unsay="stop-button"
      data-status={state}
      aria-disabled={state === "stopping" || undefined}
      onClick={composeHandlers(onClick, press)}
    >
      {children ?? (
        <>
          <span className="unsay-stop-shape" aria-hidden="true" />
          {label}
        </>
      )}
    </Button>
  );
});

export function selectStopState(stop: StopRecord | null): StopButtonState {
  if (stop === null || stop.phase === "done") return "ready";
  return stop.phase === "unconfirmed" ? "unconfirmed" : "stopping";
}
