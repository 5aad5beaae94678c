import type { ApprovalItem } from "@unsay/core/protocol";

/** What an approval is about. The signature covers all of it. */
export interface ApprovalSubject {
  readonly approval: string;
  readonly thread: string;
  readonly run: string;
  readonly items: readonly ApprovalItem[];
  readonly expiresInMs: number;
}

export interface ApprovalSigner {
  sign(subject: ApprovalSubject): Promise<string>;
  verify(subject: ApprovalSubject, signature: string): Promise<boolean>;
}

const HMAC = { name: "HMAC", hash: "SHA-256" };

/** HMAC-SHA-256, hex. Without a secret the key is made up, and lives as long as the process. */
export function createApprovalSigner(secret: string | undefined): ApprovalSigner {
  const bytes = secret === undefined ? crypto.getRandomValues(new Uint8Array(32)) : new TextEncoder().encode(secret);
  const key = crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign", "verify"]);
  return {
    sign: async (subject) => toHex(await crypto.subtle.sign("HMAC", await key, bytesOf(subject))),
    async verify(subject, signature) {
      const given = fromHex(signature);
      return given !== null && crypto.subtle.verify("HMAC", await key, given, bytesOf(subject));
    },
  };
}

function bytesOf(subject: ApprovalSubject): Uint8Array<ArrayBuffer> {
  const { approval, thread, run, items, expiresInMs } = subject;
  return new TextEncoder().encode(JSON.stringify([approval, thread, run, items.map((item) => [item.call, item.argsHash]), expiresInMs]));
}

function toHex(buffer: ArrayBuffer): string {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^(?:[0-9a-f]{2})+$/u.test(text)) return null;
  return Uint8Array.from(text.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
}
