"use client";
import { useCallback, useRef, useState, type ReactElement, type ReactNode } from "react";
import { Button } from "../button/button.js";
import { usePiece } from "../on-demand/pieces.js";
import { composerWords } from "../strings/english/composer.js";
import { threadWords } from "../strings/english/thread.js";
import { useWords } from "../strings/strings.js";
import type { AttachmentsProps } from "./attachments.js";
import type { FollowUpMenuProps } from "./follow-up-menu.js";
import type { QueueTrayProps } from "./queue-tray.js";

/** Files that wait for what keeps them can be taken out again. */
export function AttachmentsSlot(props: AttachmentsProps): ReactElement {
  const { module } = usePiece("writing");
  const { attachments } = useWords(composerWords);
  if (module !== null) return <module.Attachments {...props} />;
  return (
    <ul aria-label={attachments.label} className="unsay-files" data-unsay="attachments">
      {props.files.map(({ id, name }) => (
        <li key={id} className="unsay-chip" data-unsay="attachments.file">
          <span className="unsay-file-name" dir="auto">
            {name}
          </span>
          <Button className="unsay-chip-remove" aria-label={attachments.remove(name)} onClick={() => props.onRemove?.(id)}>
            <span aria-hidden="true">×</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** What waits is there to be read at once. */
export function QueueTraySlot(props: QueueTrayProps): ReactNode {
  return props.queued.length === 0 ? null : <WaitingTray {...props} />;
}

function WaitingTray(props: QueueTrayProps): ReactElement {
  const { module } = usePiece("writing");
  const { queue } = useWords(threadWords);
  if (module !== null) return <module.QueueTray {...props} />;
  return (
    <div role="group" aria-label={queue.label} className="unsay-queue" data-unsay="queue-tray">
      <strong>{queue.waiting(props.queued.length)}</strong>
      <ol>
        {props.queued.map(({ id, text }) => (
          <li key={id} className="unsay-queue-text" dir="auto">
            {text}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The button stands there as soon as there are other ways; pressed too early, it opens when it can. */
export function FollowUpMenuSlot(props: FollowUpMenuProps): ReactNode {
  return props.modes.length < 2 ? null : <WaitingMenu {...props} />;
}

function WaitingMenu(props: FollowUpMenuProps): ReactElement {
  const { module } = usePiece("writing");
  const { composer } = useWords(composerWords);
  const [isPressed, setPressed] = useState(false);
  const hadFocus = useRef(false);
  const land = useCallback((menu: HTMLElement | null) => {
    if (hadFocus.current && document.activeElement === document.body) menu?.querySelector("button")?.focus();
  }, []);
  if (module !== null) return <module.FollowUpMenu {...props} ref={land} defaultOpen={isPressed} />;
  return (
    <span className="unsay-follow-up" data-unsay="follow-up-menu">
      <Button
        aria-label={composer.more}
        aria-haspopup="menu"
        aria-expanded={false}
        aria-busy={isPressed || undefined}
        onFocus={() => (hadFocus.current = true)}
        onBlur={(event) => (hadFocus.current = event.relatedTarget === null && hadFocus.current)}
        onClick={() => setPressed(true)}
      >
        <span className="unsay-follow-up-shape" aria-hidden="true" />
      </Button>
    </span>
  );
}
