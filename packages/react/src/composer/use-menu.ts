"use client";

import { useCallback, useEffect, useId, useRef, useState, type FocusEvent, type KeyboardEvent, type RefObject } from "react";

export interface UseMenuResult {
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly getButtonProps: () => {
    readonly ref: RefObject<HTMLButtonElement | null>;
    readonly type: "button";
    readonly "aria-haspopup": "menu";
    readonly "aria-expanded": boolean;
    readonly "aria-controls": string | undefined;
    readonly onClick: () => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
  readonly getMenuProps: () => {
    readonly ref: RefObject<HTMLDivElement | null>;
    readonly id: string;
    readonly role: "menu";
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onBlur: (event: FocusEvent) => void;
  };
  readonly getItemProps: (onSelect: () => void) => {
    readonly role: "menuitem";
    readonly tabIndex: -1;
    readonly type: "button";
    readonly onClick: () => void;
  };
}

/** A menu button: arrows, Home and End go round, Escape closes this and nothing above it, and focus returns to the button. */
export function useMenu(defaultOpen = false): UseMenuResult {
  const [isOpen, setOpen] = useState(defaultOpen);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isOpen) itemsOf(menu.current)[0]?.focus();
  }, [isOpen]);
  const close = useCallback(() => {
    setOpen(false);
    button.current?.focus();
  }, []);
  const onButtonKey = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    setOpen(true);
  };
  const onMenuKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") setOpen(false);
    else moveFocus(event, itemsOf(menu.current));
  };
  return {
    isOpen,
    close,
    getButtonProps: () => ({
      ref: button,
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": isOpen,
      "aria-controls": isOpen ? id : undefined,
      onClick: () => setOpen((open) => !open),
      onKeyDown: onButtonKey,
    }),
    getMenuProps: () => ({
      ref: menu,
      id,
      role: "menu",
      onKeyDown: onMenuKey,
      onBlur: (event) => {
        const next = event.relatedTarget;
        if (next instanceof Node && (event.currentTarget.contains(next) || button.current?.contains(next) === true)) return;
        setOpen(false);
      },
    }),
    getItemProps: (onSelect) => ({
      role: "menuitem",
      tabIndex: -1,
      type: "button",
      onClick: () => {
        setOpen(false);
        onSelect();
      },
    }),
  };
}

function itemsOf(menu: HTMLElement | null): readonly HTMLElement[] {
  return Array.from(menu?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? []);
}

function moveFocus(event: KeyboardEvent, items: readonly HTMLElement[]): void {
  const here = items.findIndex((item) => item === document.activeElement);
  const places: Partial<Record<string, number>> = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 };
  const place = places[event.key];
  if (place === undefined || items.length === 0) return;
  event.preventDefault();
  items.at(place % items.length)?.focus();
}
