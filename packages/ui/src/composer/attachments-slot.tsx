"use client";
import { useCallback, useEffect, useMemo, useState, type Dispatch, type ReactNode, type SetStateAction } from "react";
import { createDropProps, type DraftAttachment, type UseAttachmentsOptions, type UseAttachmentsResult } from "@unsay/react/base";
import { usePiece } from "../on-demand/pieces.js";
import type { AttachmentsHostProps } from "./attachments-host.js";

/** A file that came before what keeps files did. */
interface EarlyFile {
  readonly file: DraftAttachment;
  readonly give: (attachments: UseAttachmentsResult) => void;
}

/**
 * The files beside a draft. What keeps them is fetched where the app takes files, or when some come back. Files that come
 * before it wait for it, and the message with them. Render `host` anywhere.
 */
export function useHeldAttachments(options: UseAttachmentsOptions): {
  readonly attachments: UseAttachmentsResult;
  readonly host: ReactNode;
} {
  const [kept, setKept] = useState<UseAttachmentsResult | null>(null);
  const [early, setEarly] = useState<readonly EarlyFile[]>([]);
  const attachments = useEarlyFiles(options.onUpload !== undefined, early, setEarly);
  useEffect(() => {
    if (kept === null || early.length === 0) return;
    for (const { give } of early) give(kept);
    // Given once, and not before the one that keeps them has mounted for good.
    // oxlint-disable-next-line react/set-state-in-effect
    setEarly([]);
  }, [kept, early]);
  const isWanted = options.onUpload !== undefined || early.length > 0 || kept !== null;
  return { attachments: kept ?? attachments, host: isWanted ? <AttachmentsHostSlot options={options} onChange={setKept} /> : null };
}

function AttachmentsHostSlot(props: AttachmentsHostProps): ReactNode {
  const { module } = usePiece("writing");
  return module === null ? null : <module.AttachmentsHost {...props} />;
}

/** Takes files for the one that keeps them. They can be taken out again, and nothing is sent without them. */
function useEarlyFiles(
  canAttach: boolean,
  early: readonly EarlyFile[],
  setEarly: Dispatch<SetStateAction<readonly EarlyFile[]>>,
): UseAttachmentsResult {
  const [isDropping, setDropping] = useState(false);
  const take = useCallback((files: readonly EarlyFile[]) => setEarly((before) => [...before, ...files]), [setEarly]);
  return useMemo(() => {
    const add: UseAttachmentsResult["add"] = (files) =>
      take(Array.from(files, (file) => ({ file: waiting(file.name), give: (attachments) => attachments.add([file]) })));
    return {
      files: early.map(({ file }) => file),
      canAttach,
      isUploading: early.length > 0,
      isDropping,
      add,
      restore: (files) => take(files.map((file) => ({ file: waiting(file.name), give: (attachments) => attachments.restore([file]) }))),
      remove: (id) => setEarly((before) => before.filter(({ file }) => file.id !== id)),
      retry: () => {},
      clear: () => {},
      getDropProps: () => createDropProps(canAttach, add, setDropping),
    };
  }, [canAttach, early, setEarly, take, isDropping]);
}

function waiting(name: string): DraftAttachment {
  return { id: crypto.randomUUID(), name, mediaType: "", size: 0, status: "uploading", progress: null, problem: null, reason: null };
}
