import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import { isDeeperThan } from "./depth.js";
import type { UnsayErrorData } from "./events.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";

export type ParsedArgs =
  | { readonly ok: true; readonly args: unknown; readonly argsHash: string }
  | { readonly ok: false; readonly error: UnsayErrorData };

/**
 * Hex SHA-256 of the RFC 8785 canonical JSON of `{call, name, args}`: what a decision is bound to.
 * Throws `TypeError` for what JSON cannot carry (lone surrogates, NaN, cycles).
 */
export function createArgsHash(call: string, name: string, args: unknown): string {
  const canonical = canonicalize({ call, name, args });
  if (canonical === undefined) throw new TypeError("Tool arguments are not JSON, so no decision can be bound to them.");
  return bytesToHex(sha256(utf8ToBytes(canonical)));
}

/** Complete argument text to arguments and their hash. Empty text is `{}`, as providers send it for tools without any. */
export function parseArgs(call: string, name: string, text: string, limits: Limits = DEFAULT_LIMITS): ParsedArgs {
  if (text.length > limits.argsLength) return refuseLong(name, limits);
  let args: unknown;
  try {
    args = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    return refuse(`The arguments of ${name} are not JSON. The call was not run; ask the model for it again.`);
  }
  return bindArgs(call, name, args, limits);
}

/** Arguments that came parsed: checks their depth and binds them. */
export function bindArgs(call: string, name: string, args: unknown, limits: Limits = DEFAULT_LIMITS): ParsedArgs {
  if (isDeeperThan(args, limits.jsonDepth)) {
    return refuse(`The arguments of ${name} are nested deeper than ${limits.jsonDepth} levels, so nobody could check them.`);
  }
  try {
    return { ok: true, args, argsHash: createArgsHash(call, name, args) };
  } catch (error) {
    return refuse(`The arguments of ${name} cannot be written as canonical JSON (${String(error)}).`);
  }
}

/** Arguments of which more came than are read. */
export function refuseLong(name: string, { argsLength }: Limits): ParsedArgs & { readonly ok: false } {
  return refuse(`The arguments of ${name} have more than ${argsLength} characters; no more are read. The call was not run.`);
}

function refuse(message: string): ParsedArgs & { readonly ok: false } {
  return { ok: false, error: { code: "invalid-arguments", message, retryable: false } };
}
