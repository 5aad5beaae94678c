"use client";
import type { ReactElement } from "react";
import type { AttachmentLimits, UseComposerResult } from "@unsay/react/base";
import { composerWords } from "../strings/english/composer.js";
import { useWords } from "../strings/strings.js";
import { QuotedPartial } from "./quoted-partial.js";
import { AttachmentsSlot } from "./writing-slots.js";

export function ComposerChips({
  composer,
  limits,
}: {
  readonly composer: UseComposerResult;
  readonly limits: AttachmentLimits;
}): ReactElement | null {
  const { files, remove, retry, isDropping } = composer.attachments;
  const { attachments } = useWords(composerWords);
  if (composer.quote === undefined && files.length === 0 && !isDropping) return null;
  return (
    <div className="unsay-composer-chips" data-unsay="composer.chips">
      {isDropping ? <span className="unsay-chip">{attachments.drop}</span> : null}
      {composer.quote === undefined ? null : <QuotedPartial quote={composer.quote} onRemove={composer.removeQuote} />}
      {files.length === 0 ? null : (
        <AttachmentsSlot files={files} maxBytes={limits.maxBytes} maxFiles={limits.maxFiles} onRemove={remove} onRetry={retry} />
      )}
    </div>
  );
}
