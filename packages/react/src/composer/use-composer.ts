"use client";

import { useAttachments } from "./use-attachments.js";
import { useComposerAround, type UseComposerOptions, type UseComposerResult } from "./use-composer-around.js";
import { useDraft } from "./use-draft.js";

/** Everything a composer does, without a picture of it: modes, keys, the draft, files, and what is said when it was refused. */
export function useComposer(options: UseComposerOptions): UseComposerResult {
  const { storage, ...draftOptions } = { ...options, storage: options.draftStorage, storageKey: options.draftKey };
  const draft = useDraft({ ...draftOptions, ...(options.draft === undefined ? { storage } : {}) });
  const attachments = useAttachments(options);
  return useComposerAround({ ...options, draft: options.draft ?? draft, attachments: options.attachments ?? attachments });
}
