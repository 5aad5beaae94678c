"use client";
import type { HTMLAttributes } from "react";
import { joinClasses, withRef, type UiComponent } from "../component.js";

export interface UnsayRootProps extends HTMLAttributes<HTMLDivElement> {
  /** `auto`, the default, follows the system. */
  readonly theme?: "auto" | "light" | "dark";
  readonly density?: "compact" | "comfortable" | "roomy";
  /** `more` as if the system asked for more contrast. */
  readonly contrast?: "normal" | "more";
  /** `none` as if the system asked for reduced motion. */
  readonly motion?: "full" | "none";
}

/** Carries the tokens: everything of the kit stands inside one. Renders a `div`. */
export const UnsayRoot: UiComponent<HTMLDivElement, UnsayRootProps> = withRef("UnsayRoot", (props, ref) => {
  const { theme = "auto", density = "comfortable", contrast = "normal", motion = "full", className, ...rest } = props;
  return (
    <div
      {...rest}
      ref={ref}
      className={joinClasses("unsay-root", className)}
      data-theme={theme === "auto" ? undefined : theme}
      data-density={density === "comfortable" ? undefined : density}
      data-contrast={contrast === "normal" ? undefined : contrast}
      data-motion={motion === "full" ? undefined : motion}
    />
  );
});
