"use client";
import type { HTMLAttributes } from "react";
import type { CallProgress, ToolCall } from "@unsay/core";
import { textOfValue } from "../approval/describe-plainly.js";
import { clampText, makeVisible } from "../approval/visible-text.js";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { toolWords, type ToolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";

/** A row is looked at, not read: longer ones are cut at this many characters. */
const ROW_CHARACTERS = 160;

export interface ToolProgressProps extends HTMLAttributes<HTMLDivElement> {
  readonly call: ToolCall;
  /** Takes what there is as the result. Not offered without. */
  readonly onEnough?: (() => void) | undefined;
}

/** What a tool that streams has found so far, within bounds, and the way to say that it is enough. Renders a `div`, or nothing. */
export const ToolProgress: UiComponent<HTMLDivElement, ToolProgressProps> = withRef("ToolProgress", (props, ref) => {
  const { call, onEnough, className, ...rest } = props;
  const strings = useWords(toolWords);
  const rows = rowsOf(call.progress);
  if (call.status !== "executing" || (rows.length === 0 && onEnough === undefined)) return null;
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-progress", className)} data-unsay="tool-progress">
      {rows.length === 0 ? null : (
        <ul className="unsay-scroll-box unsay-progress-rows" tabIndex={0} aria-label={strings.tool.rows}>
          {rows.map((row, index) => (
            <li key={index} dir="auto">
              {clampText(makeVisible(row.slice(0, ROW_CHARACTERS * 4)), ROW_CHARACTERS).text}
            </li>
          ))}
        </ul>
      )}
      <span className="unsay-receipt-note">{selectShownText(call.progress, rows.length, strings)}</span>
      {onEnough === undefined ? null : (
        <Button data-unsay="tool-progress.enough" onClick={onEnough}>
          {strings.tool.enough}
        </Button>
      )}
    </div>
  );
});

/** At most 200: the machine holds no more. */
function rowsOf(progress: CallProgress | undefined): readonly string[] {
  if (Array.isArray(progress?.preview)) return progress.preview.map(textOfValue);
  return progress?.text?.split("\n").filter((row) => row !== "") ?? [];
}

/** "Showing 200 of 12,400": of all there are where the tool says it, else of those that it has counted. */
function selectShownText(progress: CallProgress | undefined, shown: number, { tool }: ToolWords): string {
  const all = progress?.total ?? progress?.count;
  if (all !== undefined && all > shown && shown > 0) return tool.showing(shown, all);
  return progress?.isCapped === true ? tool.showingFirst(shown) : "";
}
