/** The thread on show stands in the address, so that a reload or a shared link shows the same one. */

const PARAMETER = "thread";

export function readThreadId(): string {
  const known = new URLSearchParams(location.search).get(PARAMETER);
  if (known !== null && known !== "") return known;
  const id = crypto.randomUUID();
  writeThreadId(id, "replace");
  return id;
}

export function writeThreadId(id: string, how: "replace" | "push"): void {
  const url = new URL(location.href);
  url.searchParams.set(PARAMETER, id);
  if (how === "push") history.pushState(null, "", url);
  else history.replaceState(null, "", url);
}
