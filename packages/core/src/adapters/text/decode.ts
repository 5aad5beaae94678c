import type { DecodeContext, WireDecoder } from "../../protocol/index.js";
import { errorInBody } from "../shared/provider-error.js";
import { RunWriter } from "../shared/run-writer.js";
import { HeadGuard } from "./head-guard.js";
import { MarkerGuard } from "./marker-guard.js";
import { TextPart } from "./text-part.js";

export interface TextOptions extends DecodeContext {
  /**
   * The last characters of a whole answer, by agreement with the server: the one positive fact this wire can have. They
   * are never shown. Choose what no model writes, best anew for each answer: an answer that is cut right after a model
   * has written the marker itself would count as whole.
   */
  readonly endMarker?: string;
}

const NO_CALLS = {
  effects: () => ({ succeeded: [], failed: [], unknown: [], cancelled: [] }),
  lastWords: () => [],
};

/**
 * Reads plain text (`text/plain`, sent in chunks: https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding),
 * all of it the answer.
 *
 * Terminal: the `endMarker`, if the host names one, with nothing but white space after it when the body ends. Not
 * terminal: the end of the body, which is the same for a whole answer and a cut one; without a marker the answer is
 * always `truncated{disconnected}`.
 * A web page or an event stream in place of text is not shown. Text that may become the marker, and a beginning that may
 * become a web page, is held back until it is known.
 */
export function decodeText(options: TextOptions = {}): WireDecoder {
  const { endMarker, ...context } = options;
  const run = new RunWriter("text", context, NO_CALLS);
  const part = new TextPart(run);
  const decoder = new TextDecoder();
  const head = new HeadGuard();
  const marker = new MarkerGuard(endMarker);
  return {
    wire: "text",
    push(bytes) {
      if (run.isEnded) return [];
      run.open();
      part.append(marker.pass(head.pass(decoder.decode(bytes, { stream: true }))));
      if (head.found !== null) run.breakOff(`Expected plain text; found ${head.found}, of which nothing is shown.`);
      if (marker.isSeenAfter(head.held)) run.plan({ outcome: "complete" });
      else run.unplan();
      return run.take();
    },
    end() {
      const error = errorInBody(head.held);
      const rest = error === undefined ? marker.restAfter(head.held) : "";
      return run.endOfBody(error, part.payloadsFor(rest));
    },
  };
}
