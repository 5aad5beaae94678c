/** An id that no other run has; also where pages are not served over HTTPS, so without `randomUUID`. */
export function createId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `${prefix}_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
