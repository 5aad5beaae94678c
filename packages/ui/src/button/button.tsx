"use client";
import type { ButtonHTMLAttributes } from "react";
import { joinClasses, withRef, type UiComponent } from "../component.js";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` fills with the accent, `danger` with the danger ink. Plain without. */
  readonly tone?: "primary" | "danger";
}

/** A button of the kit. Renders a `button`. */
export const Button: UiComponent<HTMLButtonElement, ButtonProps> = withRef("Button", (props, ref) => {
  const { tone, className, ...rest } = props;
  return <button type="button" data-tone={tone} {...rest} ref={ref} className={joinClasses("unsay-button", className)} />;
});
