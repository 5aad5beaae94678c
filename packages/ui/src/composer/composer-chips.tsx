"use client";
import type { ReactElement } from "react";
import type { UseComposerOptions, UseComposerResult } from "@unsay/react/base";
import { writingWords } from "../strings/english/writing.js";
import { useWords } from "../strings/strings.js";
import { Attachments } from "./attachments.js";
import { QuotedPartial } from "./quoted-partial.js";

export function ComposerChips({
  composer,
  limits,
}: {
  readonly composer: UseComposerResult;
  readonly limits: UseComposerOptions;
}): ReactElement | null {
  const { files, remove, retry, isDropping } = composer.attachments;
  const { attachments } = useWords(writingWords);
  if (composer.quote === undefined && files.length === 0 && !isDropping) return null;
  return (
    <div className="unsay-composer-chips" data-unsay="composer.chips">
      {isDropping ? <span className="unsay-chip">{attachments.drop}</span> : null}
      {composer.quote === undefined ? null : <QuotedPartial quote={composer.quote} onRemove={composer.removeQuote} />}
      <Attachments files={files} maxBytes={limits.maxBytes} maxFiles={limits.maxFiles} onRemove={remove} onRetry={retry} />
    </div>
  );
}
