/** Rules for addresses that come from a model. */

const ALLOWED: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);

export const LINK_REL = "noopener noreferrer nofollow ugc";

/** Absolute web and mail addresses only; `null` for everything else. */
export function parseSafeUrl(href: string): URL | null {
  const url = URL.canParse(href) ? new URL(href) : null;
  return url !== null && ALLOWED.has(url.protocol) ? url : null;
}

/** Where a link really goes, in the words shown beside it: the host, or the mail address. */
export function targetOf(url: URL): string {
  return url.protocol === "mailto:" ? url.pathname : url.host;
}

/** The words of a link name another place than it leads to, or name nothing at all. */
export function needsVisibleTarget(text: string, url: URL): boolean {
  const words = text.trim();
  // A name before the host is there to be taken for the host.
  if (words === "" || url.username !== "" || url.password !== "") return true;
  const named = addressIn(words);
  return named !== null && named !== targetOf(url).toLowerCase();
}

/** `null` where the words name no address. A leading `www.` counts as part of the host. */
function addressIn(words: string): string | null {
  const match = /(?:https?:\/\/)?(?:[^\s/@]+@)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?=[\s/:?#,;)\]]|\.?$)/iu.exec(words);
  if (match === null) return null;
  return words.includes("@") && !words.includes("://") ? match[0].toLowerCase() : (match[1]?.toLowerCase() ?? null);
}

/** The host of an image that is not loaded; empty where the address has none. */
export function hostOf(source: string): string {
  return URL.canParse(source) ? new URL(source).host : "";
}
