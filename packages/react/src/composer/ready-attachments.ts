import type { Attachment } from "@unsay/core";
import type { DraftAttachment } from "./attachments.js";

/** The files as a message carries them. */
export function readyAttachments(files: readonly DraftAttachment[]): readonly Attachment[] {
  return files.flatMap(({ id, name, mediaType, size, status, url }) =>
    status === "ready" ? [{ id, name, mediaType, size, ...(url === undefined ? {} : { url }) }] : [],
  );
}
