import type { PacingSettings } from "@unsay/core";
import { useMemo } from "react";

/** How answers are painted. `reducedMotion` overrides what the system says. */
export interface PaintSettings extends PacingSettings {
  readonly reducedMotion?: boolean;
}

/** Settings are plain data and often written in place, anew in each render: equal ones stay the same object. */
export function useStableSettings<Settings extends PaintSettings | null>(settings: Settings): Settings {
  const key = JSON.stringify(settings);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is the value of the settings
  return useMemo(() => settings, [key]);
}
