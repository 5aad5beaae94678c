import type { RunsSource, Session, SessionOptions } from "@unsay/core";
import { openSession } from "@unsay/core/base";
import { useCallback, useContext } from "react";
import type { OnDemand } from "./on-demand.js";
import { PiecesContext, type Pieces } from "./pieces.js";

/** Opens a session that fetches what reads a run when the first one begins. */
export function useOpenSession(): (options: SessionOptions) => Session {
  const { runs } = useContext(PiecesContext);
  return useCallback((options: SessionOptions) => openSession(options, sourceOf(runs)), [runs]);
}

function sourceOf({ current, load, subscribe }: OnDemand<Awaited<ReturnType<Pieces["runs"]["load"]>>>): RunsSource {
  return { current: () => current().module, load, subscribe };
}
