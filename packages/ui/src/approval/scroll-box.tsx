"use client";
import { useEffect, useRef, useState, type HTMLAttributes } from "react";
import { Button } from "../button/button.js";
import { flag, joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";

/** Zoom leaves fractions of a pixel below the end. */
const END_PX = 2;

export interface ScrollBoxProps extends HTMLAttributes<HTMLDivElement> {
  /** All of it is shown, or has been scrolled to its end. */
  readonly onEnd?: (() => void) | undefined;
  readonly label?: string | undefined;
}

/** Holds what may be long: scrolls by pointer and by key, can be opened whole, and knows when its end was reached. Renders a `div`. */
export const ScrollBox: UiComponent<HTMLDivElement, ScrollBoxProps> = withRef("ScrollBox", (props, ref) => {
  const { onEnd, label, className, ...rest } = props;
  const { action } = useWords(toolWords);
  const own = useRef<HTMLDivElement>(null);
  const [isClipped, setClipped] = useState(false);
  const [isWhole, setWhole] = useState(false);
  const end = useRef(onEnd);
  const [both] = useState(() => mergeRefs(own, ref));
  useEffect(() => {
    end.current = onEnd;
  });
  useEffect(() => {
    const element = own.current;
    if (element === null) return;
    const look = (): void => {
      setClipped(element.scrollHeight > element.clientHeight + END_PX);
      if (element.scrollTop + element.clientHeight >= element.scrollHeight - END_PX) end.current?.();
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  return (
    <>
      <div
        {...(isClipped ? { tabIndex: 0, role: "group", "aria-label": label } : {})}
        {...rest}
        ref={both}
        className={joinClasses("unsay-scroll-box", className)}
        data-clipped={flag(isClipped)}
        data-whole={flag(isWhole)}
      />
      {isClipped ? <Button onClick={() => setWhole(true)}>{action.showAll}</Button> : null}
    </>
  );
});
