"use client";
import { useLayoutEffect } from "react";
import { useAttachments, type UseAttachmentsOptions, type UseAttachmentsResult } from "@unsay/react/base";

export interface AttachmentsHostProps {
  readonly options: UseAttachmentsOptions;
  /** Told of the files as they are, at first and after each change. */
  readonly onChange: (attachments: UseAttachmentsResult) => void;
}

/** Keeps files for a composer that is drawn elsewhere. Renders nothing. */
export function AttachmentsHost({ options, onChange }: AttachmentsHostProps): null {
  const attachments = useAttachments(options);
  useLayoutEffect(() => onChange(attachments), [attachments, onChange]);
  return null;
}
