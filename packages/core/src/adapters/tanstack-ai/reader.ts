import { AgUiReader } from "../ag-ui/reader.js";
import { endingOfSuccess, type SuccessFacts } from "../ag-ui/run-ending.js";
import { vendorWord } from "../ag-ui/vendor.js";
import { warn } from "../ag-ui/warn.js";
import { FINISH_REASON_MISSING, unknownReason } from "../shared/endings.js";
import type { JsonObject } from "../shared/fields.js";
import type { Ending, RunWriter } from "../shared/run-writer.js";
import type { WireOutput, WireReader } from "../shared/wire-decoder.js";

/** What TanStack's client calls the model of an end that it made up itself. */
const MADE_UP = "connect-wrapper";

export class TanStackReader implements WireReader {
  readonly #run: RunWriter;
  readonly #events: AgUiReader;

  constructor(output: WireOutput) {
    this.#run = output.run;
    this.#events = new AgUiReader(output, endingOfTurn);
  }

  read(event: JsonObject, eventName: string | undefined): void {
    const isMadeUp = event["type"] === "RUN_FINISHED" && vendorWord(event, "model") === MADE_UP;
    if (isMadeUp) warn(this.#run, "A client made this end up because the body ended; it says nothing about the answer.");
    else this.#events.read(event, eventName);
  }

  /** The transport's own word; only the end of the body shows that no further turn comes. */
  readDone(): void {}
}

/** The wire always has a reason, so one that is missing was lost. */
function endingOfTurn(event: JsonObject, facts: SuccessFacts): Ending {
  const ending = endingOfSuccess(event, facts);
  const reason = vendorWord(event, "finishReason");
  if (ending.outcome !== "complete" || reason === "stop") return ending;
  return reason === undefined ? FINISH_REASON_MISSING : unknownReason(reason);
}
