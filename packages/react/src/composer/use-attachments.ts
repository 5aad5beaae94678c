"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { findProblem, type AttachmentLimits, type DraftAttachment } from "./attachments.js";
import { createDropProps, type DropProps } from "./drop-props.js";

export interface UploadOptions {
  /** Aborted when the file is removed. */
  readonly signal: AbortSignal;
  /** 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** Puts a file where the backend can read it, and says where. An `Error` it rejects with is shown in its own words. */
export type Upload = (file: File, options: UploadOptions) => Promise<{ readonly url?: string; readonly id?: string }>;

export interface UseAttachmentsOptions extends AttachmentLimits {
  /** Without it no file is taken. */
  readonly onUpload?: Upload | undefined;
}

export interface UseAttachmentsResult {
  readonly files: readonly DraftAttachment[];
  readonly canAttach: boolean;
  readonly isUploading: boolean;
  readonly isDropping: boolean;
  readonly add: (files: Iterable<File>) => void;
  readonly remove: (id: string) => void;
  readonly retry: (id: string) => void;
  /** Removes those that were sent. */
  readonly clear: (ids: readonly string[]) => void;
  /** Puts files back that had been sent. */
  readonly restore: (
    files: readonly {
      readonly id: string;
      readonly name: string;
      readonly mediaType: string;
      readonly size?: number;
      readonly url?: string;
    }[],
  ) => void;
  readonly getDropProps: () => DropProps;
}

/** Files beside a draft: pasted, dropped or chosen, uploaded by the host, and removed. What is wrong with one stands at it. */
export function useAttachments({ onUpload, accept, maxBytes, maxFiles }: UseAttachmentsOptions): UseAttachmentsResult {
  const [files, setFiles] = useState<readonly DraftAttachment[]>([]);
  const [isDropping, setDropping] = useState(false);
  const kept = useRef(new Map<string, { readonly file: File; readonly abort: AbortController }>());
  const present = useRef(files);
  useEffect(() => {
    present.current = files;
  }, [files]);
  useEffect(() => {
    const uploads = kept.current;
    return () => uploads.forEach(({ abort }) => abort.abort());
  }, []);
  const change = useCallback((id: string, next: Partial<DraftAttachment>) => {
    setFiles((all) => all.map((file) => (file.id === id ? { ...file, ...next } : file)));
  }, []);
  const start = useCallback(
    (id: string, file: File) => {
      const abort = new AbortController();
      kept.current.set(id, { file, abort });
      const onProgress = (share: number): void => change(id, { progress: Math.min(1, Math.max(0, share)) });
      void upload(onUpload, file, { signal: abort.signal, onProgress }).then((result) => {
        if (!abort.signal.aborted) change(id, result);
      });
    },
    [onUpload, change],
  );
  const add = useCallback(
    (given: Iterable<File>) => {
      let count = present.current.length;
      const added = Array.from(given, (file) => {
        const problem = findProblem(file, { accept, maxBytes, maxFiles }, count);
        count += problem === "count" ? 0 : 1;
        return { file, draft: draftOf(file, problem) };
      });
      setFiles((all) => [...all, ...added.map(({ draft }) => draft)]);
      for (const { file, draft } of added) if (draft.status === "uploading") start(draft.id, file);
    },
    [accept, maxBytes, maxFiles, start],
  );
  const remove = useCallback((id: string) => {
    kept.current.get(id)?.abort.abort();
    kept.current.delete(id);
    setFiles((all) => all.filter((file) => file.id !== id));
  }, []);
  const retry = useCallback(
    (id: string) => {
      const known = kept.current.get(id);
      if (known === undefined) return;
      change(id, { status: "uploading", progress: null, problem: null, reason: null });
      start(id, known.file);
    },
    [change, start],
  );
  const clear = useCallback((ids: readonly string[]) => setFiles((all) => all.filter(({ id }) => !ids.includes(id))), []);
  const restore = useCallback<UseAttachmentsResult["restore"]>(
    (sent) => setFiles((all) => [...sent.map((file) => ({ ...READY, size: 0, ...file })), ...all]),
    [],
  );
  const canAttach = onUpload !== undefined;
  const getDropProps = useCallback(() => createDropProps(canAttach, add, setDropping), [canAttach, add]);
  const isUploading = files.some(({ status }) => status === "uploading");
  return useMemo(
    () => ({ files, canAttach, isUploading, isDropping, add, remove, retry, clear, restore, getDropProps }),
    [files, canAttach, isUploading, isDropping, add, remove, retry, clear, restore, getDropProps],
  );
}

const READY = { status: "ready", progress: 1, problem: null, reason: null } as const;

function draftOf(file: File, problem: DraftAttachment["problem"]): DraftAttachment {
  return {
    id: crypto.randomUUID(),
    name: file.name,
    mediaType: file.type === "" ? "application/octet-stream" : file.type,
    size: file.size,
    status: problem === null ? "uploading" : "failed",
    progress: null,
    problem,
    reason: null,
  };
}

async function upload(send: Upload | undefined, file: File, options: UploadOptions): Promise<Partial<DraftAttachment>> {
  try {
    const stored = await send?.(file, options);
    return { ...READY, ...(stored?.url === undefined ? {} : { url: stored.url }) };
  } catch (error) {
    return { status: "failed", problem: "upload", reason: error instanceof Error ? error.message : null };
  }
}
