"use client";
import type { HTMLAttributes } from "react";
import type { QueuedMessage, QueuePauseReason } from "@unsay/core";
import { Button } from "../button/button.js";
import { flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { useStrings } from "../strings/strings.js";

export interface QueueTrayProps extends HTMLAttributes<HTMLDivElement> {
  readonly queued: readonly QueuedMessage[];
  /** Why nothing is sent from it by itself; `null` while it runs. */
  readonly paused?: QueuePauseReason | null;
  readonly onRemove?: (id: string) => void;
  readonly onResume?: () => void;
}

/** Messages that wait their turn, and why. Renders a `div`, or nothing where none waits. */
export const QueueTray: UiComponent<HTMLDivElement, QueueTrayProps> = withRef("QueueTray", (props, ref) => {
  const { queued, paused = null, onRemove, onResume, className, ...rest } = props;
  const { queue } = useStrings();
  if (queued.length === 0) return null;
  return (
    <div
      {...rest}
      ref={ref}
      role="group"
      aria-label={queue.label}
      className={joinClasses("unsay-queue", className)}
      data-unsay="queue-tray"
      data-paused={flag(paused !== null)}
      data-pause-reason={paused ?? undefined}
    >
      <div className="unsay-queue-head">
        <span>
          <strong>{queue.waiting(queued.length)}</strong> {paused === null ? null : queue.paused[paused]}
        </span>
        {paused === null || paused === "approval" || onResume === undefined ? null : <Button onClick={onResume}>{queue.resume}</Button>}
      </div>
      <ol>
        {queued.map((message) => (
          <li key={message.id}>
            <span dir="auto">{message.text}</span>
            {onRemove === undefined ? null : (
              <Button aria-label={queue.removeItem(message.text)} onClick={() => onRemove(message.id)}>
                {queue.remove}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
});
