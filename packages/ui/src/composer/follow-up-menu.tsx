"use client";
import type { HTMLAttributes } from "react";
import { useKeys, useMenu, type ComposerMode, type KeyBindings } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { writingWords } from "../strings/english/writing.js";
import { useWords } from "../strings/strings.js";
import { labelOfKeys } from "./key-label.js";

export interface FollowUpMenuProps extends Omit<HTMLAttributes<HTMLSpanElement>, "onSelect"> {
  /** In the order they are listed. */
  readonly modes: readonly ComposerMode[];
  /** What Enter does. */
  readonly mode: ComposerMode;
  readonly onSelect: (mode: ComposerMode) => void;
  readonly defaultOpen?: boolean;
}

/** The ways to send while the agent works, each with its key. Renders a `span`, or nothing where there is one way. */
export const FollowUpMenu: UiComponent<HTMLSpanElement, FollowUpMenuProps> = withRef("FollowUpMenu", (props, ref) => {
  const { modes, mode, onSelect, defaultOpen = false, className, ...rest } = props;
  const { composer, keys } = useWords(writingWords);
  const bindings = useKeys();
  const menu = useMenu(defaultOpen);
  if (modes.length < 2) return null;
  return (
    <span {...rest} ref={ref} className={joinClasses("unsay-follow-up", className)} data-unsay="follow-up-menu">
      <Button {...menu.getButtonProps()} aria-label={composer.more} data-unsay="follow-up-menu.button">
        <span className="unsay-follow-up-shape" aria-hidden="true" />
      </Button>
      {menu.isOpen ? (
        <div {...menu.getMenuProps()} className="unsay-menu" aria-label={composer.more} data-unsay="follow-up-menu.menu">
          {modes.map((way) => {
            const key = labelOfKeys(keyOfMode(way, mode, bindings), keys);
            return (
              <button key={way} {...menu.getItemProps(() => onSelect(way))} className="unsay-menu-item" data-mode={way}>
                <span>{composer.ways[way]}</span>
                {key === null ? null : <kbd dir="ltr">{key}</kbd>}
              </button>
            );
          })}
        </div>
      ) : null}
    </span>
  );
});

function keyOfMode(way: ComposerMode, mode: ComposerMode, keys: KeyBindings): KeyBindings["send"] {
  if (way === mode) return keys.send;
  return way === "steer" ? keys.steer : keys.otherFollowUp;
}
