import { createHmac, timingSafeEqual } from "node:crypto";
import { vi } from "vitest";

/**
 * The same signatures, without the pool of threads that the real ones are made in: how long that takes is the one thing
 * that a simulation could not repeat.
 */
export function signAtOnce(): void {
  const { subtle } = crypto;
  vi.spyOn(subtle, "importKey").mockImplementation((async (_format: string, bytes: Uint8Array) => bytes) as never);
  vi.spyOn(subtle, "sign").mockImplementation((async (_how: unknown, key: Uint8Array, data: Uint8Array) => digest(key, data)) as never);
  vi.spyOn(subtle, "verify").mockImplementation((async (_how: unknown, key: Uint8Array, given: Uint8Array, data: Uint8Array) => {
    const expected = digest(key, data);
    return given.byteLength === expected.byteLength && timingSafeEqual(new Uint8Array(given), new Uint8Array(expected));
  }) as never);
}

function digest(key: Uint8Array, data: Uint8Array): ArrayBuffer {
  return new Uint8Array(createHmac("sha256", key).update(data).digest()).buffer;
}
