"use client";

import type { Diagnostic } from "@unsay/core";
import { useCallback, useState } from "react";

/** How many are kept; the oldest go first. */
const MAX_DIAGNOSTICS = 50;

export interface DiagnosticLog {
  /** Oldest first. */
  readonly diagnostics: readonly Diagnostic[];
  /** Give it to `useThread`. */
  readonly onDiagnostic: (diagnostic: Diagnostic) => void;
}

/** The newest diagnostics of a session, for a panel. */
export function useDiagnosticLog(): DiagnosticLog {
  const [diagnostics, setDiagnostics] = useState<readonly Diagnostic[]>([]);
  const onDiagnostic = useCallback((diagnostic: Diagnostic) => setDiagnostics((all) => [...all, diagnostic].slice(-MAX_DIAGNOSTICS)), []);
  return { diagnostics, onDiagnostic };
}
