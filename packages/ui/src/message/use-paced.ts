import type { AssistantMessage } from "@unsay/core";
import { needsPacer } from "@unsay/core/base";
import { useOptionalSessionContext, usePacedBy, type PacedAnswer } from "@unsay/react/base";
import { useContext } from "react";
import { useOnDemand } from "../on-demand/on-demand.js";
import { PiecesContext } from "../on-demand/pieces.js";

/** What to paint of an answer now. A pacer is fetched for answers that need one. */
export function usePaced(message: AssistantMessage): PacedAnswer {
  const { runs } = useContext(PiecesContext);
  const paint = useOptionalSessionContext()?.paint ?? null;
  const { module } = useOnDemand(runs, paint !== null && needsPacer(message, paint));
  return usePacedBy(message, module?.MessagePacer ?? null);
}
