/** Bundlers replace the whole expression by a word, so a page pays nothing for it. */
declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** `false` where nobody says: a page that was never built has no `process`. */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== "production";
  } catch {
    return false;
  }
}

/**
 * Raised as an uncaught error, outside of whatever read the event: the console, `window.onerror`, development overlays and
 * test runners see it, while the session and the page go on from a state that is whole.
 */
export function raise(error: Error): void {
  if (typeof globalThis.reportError === "function") return globalThis.reportError(error);
  queueMicrotask(() => {
    throw error;
  });
}
