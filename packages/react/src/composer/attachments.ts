/** Why a file is not part of the message. */
export type AttachmentProblem = "type" | "size" | "count" | "upload";

/** A file beside the draft. Only `ready` ones are sent. */
export interface DraftAttachment {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  /** In bytes. */
  readonly size: number;
  readonly status: "uploading" | "ready" | "failed";
  /** 0 to 1; `null` where nobody says. */
  readonly progress: number | null;
  readonly problem: AttachmentProblem | null;
  /** The host's own words about a failed upload. */
  readonly reason: string | null;
  readonly url?: string;
}

export interface AttachmentLimits {
  /** As the `accept` of a file input: `.pdf`, `image/*`, `text/plain`, separated by commas. Everything without it. */
  readonly accept?: string | undefined;
  readonly maxBytes?: number | undefined;
  readonly maxFiles?: number | undefined;
}

/** What is wrong with a file before any byte of it has moved; `null` where nothing is. */
export function findProblem(
  file: Pick<File, "name" | "type" | "size">,
  { accept, maxBytes, maxFiles }: AttachmentLimits,
  present: number,
): AttachmentProblem | null {
  if (maxFiles !== undefined && present >= maxFiles) return "count";
  if (!isAccepted(file, accept)) return "type";
  return maxBytes !== undefined && file.size > maxBytes ? "size" : null;
}

function isAccepted({ name, type }: Pick<File, "name" | "type">, accept: string | undefined): boolean {
  const kinds = (accept ?? "")
    .split(",")
    .map((kind) => kind.trim().toLowerCase())
    .filter(Boolean);
  const matches = (kind: string): boolean => {
    if (kind.startsWith(".")) return name.toLowerCase().endsWith(kind);
    return kind.endsWith("/*") ? type.toLowerCase().startsWith(kind.slice(0, -1)) : type.toLowerCase() === kind;
  };
  return kinds.length === 0 || kinds.some(matches);
}
