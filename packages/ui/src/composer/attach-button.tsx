"use client";
import { useRef, type ReactElement } from "react";
import { Button } from "../button/button.js";
import { composerWords } from "../strings/english/composer.js";
import { useWords } from "../strings/strings.js";

export interface AttachButtonProps {
  readonly accept?: string | undefined;
  readonly onAdd: (files: FileList) => void;
}

/** Opens the file chooser of the system. Renders a `button` and a hidden `input`. */
export function AttachButton({ accept, onAdd }: AttachButtonProps): ReactElement {
  const { attachments } = useWords(composerWords);
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button aria-label={attachments.choose} data-unsay="composer.attach" onClick={() => input.current?.click()}>
        <span aria-hidden="true">+</span>
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        tabIndex={-1}
        aria-hidden="true"
        accept={accept}
        onChange={(event) => {
          if (event.target.files !== null) onAdd(event.target.files);
          // The same file may be chosen again after it was removed.
          event.target.value = "";
        }}
      />
    </>
  );
}
