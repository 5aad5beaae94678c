/** What is on show stands in the address, so that a reload or a shared link shows the same. */

import { problems, type Problem } from "@unsay/core/testing";

/** A thread of the server, or a problem that is played in the page. */
export type Place = { readonly thread: string } | { readonly problem: Problem };

export function readPlace(): Place {
  const parameters = new URLSearchParams(location.search);
  const problem = problems.find(({ id }) => id === parameters.get("problem"));
  if (problem !== undefined) return { problem };
  const known = parameters.get("thread");
  if (known !== null && known !== "") return { thread: known };
  const place = { thread: crypto.randomUUID() };
  history.replaceState(null, "", addressOf(place));
  return place;
}

export function goTo(place: Place): void {
  history.pushState(null, "", addressOf(place));
}

export function addressOf(place: Place): string {
  const url = new URL(location.href);
  url.search = "problem" in place ? `?problem=${place.problem.id}` : `?thread=${encodeURIComponent(place.thread)}`;
  return url.href;
}
