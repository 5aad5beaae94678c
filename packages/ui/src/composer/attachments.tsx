"use client";
import type { HTMLAttributes } from "react";
import type { AttachmentLimits, DraftAttachment } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { writingWords, type WritingWords } from "../strings/english/writing.js";
import { useWords } from "../strings/strings.js";

export interface AttachmentsProps extends HTMLAttributes<HTMLUListElement>, AttachmentLimits {
  readonly files: readonly DraftAttachment[];
  readonly onRemove?: (id: string) => void;
  readonly onRetry?: (id: string) => void;
}

/** Files beside a draft: how far each has come, and in words what is wrong with it. Renders a `ul`, or nothing. */
export const Attachments: UiComponent<HTMLUListElement, AttachmentsProps> = withRef("Attachments", (props, ref) => {
  const { files, onRemove, onRetry, accept: _accept, maxBytes, maxFiles, className, ...rest } = props;
  const strings = useWords(writingWords);
  if (files.length === 0) return null;
  return (
    <ul
      aria-label={strings.attachments.label}
      {...rest}
      ref={ref}
      className={joinClasses("unsay-files", className)}
      data-unsay="attachments"
    >
      {files.map((file) => (
        <li key={file.id} className="unsay-chip" data-unsay="attachments.file" data-status={file.status}>
          <span className="unsay-file-name" dir="auto">
            {file.name}
          </span>
          <span className="unsay-file-state">{selectFileState(file, strings, { maxBytes, maxFiles })}</span>
          {onRetry === undefined || file.problem !== "upload" ? null : (
            <Button aria-label={strings.attachments.retry(file.name)} onClick={() => onRetry(file.id)}>
              {strings.action.retry}
            </Button>
          )}
          {onRemove === undefined ? null : (
            <Button className="unsay-chip-remove" aria-label={strings.attachments.remove(file.name)} onClick={() => onRemove(file.id)}>
              <span aria-hidden="true">×</span>
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
});

/** The state of one file in words. */
export function selectFileState(file: DraftAttachment, { attachments }: WritingWords, limits: AttachmentLimits = {}): string {
  switch (file.status) {
    case "ready":
      return file.size === 0 ? "" : attachments.size(file.size);
    case "uploading":
      return file.progress === null ? attachments.waiting : attachments.uploading(file.progress);
    case "failed":
      return problemOf(file, attachments, limits);
  }
}

function problemOf(
  { problem, reason }: DraftAttachment,
  words: WritingWords["attachments"],
  { maxBytes, maxFiles }: AttachmentLimits,
): string {
  if (problem === "size" && maxBytes !== undefined) return words.sizeLimit(maxBytes);
  if (problem === "count" && maxFiles !== undefined) return words.countLimit(maxFiles);
  return [words.problem[problem ?? "upload"], reason ?? ""].filter(Boolean).join(" ");
}
