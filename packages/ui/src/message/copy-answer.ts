import { textOf } from "@unsay/core";
import { recordUse, wholePlaces, type CopyFacts } from "@unsay/react";
import { guardWords } from "../strings/english/guard.js";
import type { Wording } from "../strings/strings.js";
import { copyTextOf } from "./copy-text.js";

/** Puts an answer as it is shown into the clipboard, and remembers that. Rejects where the browser does not let it. */
export async function copyAnswer({ message, store, clock }: CopyFacts, wording: Wording): Promise<void> {
  store.add(recordUse(message, { kind: "copied", spans: wholePlaces(message), text: textOf(message) }, clock));
  await navigator.clipboard.writeText(copyTextOf(message, wording(guardWords), clock.epoch()));
}
