"use client";
import { useId, type CSSProperties, type ReactElement } from "react";
import { Button } from "../button/button.js";
import { flag } from "../component.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { useGate } from "./gate-context.js";
import { makeVisible } from "./visible-text.js";

/** The mechanism of Approve: a press, a hold, two steps, or a typed name and a press. Renders a button, and what it needs. */
export function ApproveControl(): ReactElement {
  const { control } = useGate("ApproveControl");
  switch (control.mechanism) {
    case "press":
      return <PressControl />;
    case "hold":
      return <HoldControl />;
    case "two-step":
      return <TwoStepControl />;
    case "type":
      return <TypeControl />;
  }
}

/** Repeats the verb, and says what else it would do. */
function useApproveLabel(): string {
  const { control, question } = useGate("ApproveControl");
  const { approval, scope } = useWords(toolWords);
  const plain = makeVisible(question.approveLabel);
  if (control.changes > 0) return approval.withChanges(plain, control.changes);
  return control.scope === null ? plain : scope.approve(plain);
}

function PressControl(): ReactElement {
  const { control } = useGate("ApproveControl");
  return (
    <Button tone="primary" {...control.getApproveProps()} data-unsay="approval-gate.approve" data-mechanism="press">
      {useApproveLabel()}
    </Button>
  );
}

/** Its words and its size stay the same while it fills, or the hand would lose it. */
function HoldControl(): ReactElement {
  const { control } = useGate("ApproveControl");
  const { approval } = useWords(toolWords);
  const label = useApproveLabel();
  const id = useId();
  const { step, holdMs } = control;
  const hints = [
    ["idle", approval.holdHint(holdMs / 1_000)],
    ["filling", approval.holding],
    ["full", approval.holdFull],
  ] as const;
  // React's type of styles knows no custom properties.
  const style = { "--unsay-hold": step === "idle" ? 0 : 1, "--unsay-hold-ms": `${holdMs}ms` } as CSSProperties;
  return (
    <>
      <Button
        tone="danger"
        {...control.getApproveProps()}
        aria-describedby={id}
        className="unsay-press-hold"
        data-unsay="approval-gate.approve"
        data-mechanism="hold"
        data-holding={flag(step !== "idle")}
        style={style}
      >
        {approval.hold(label)}
      </Button>
      <p id={id} className="unsay-approval-note unsay-stack" data-unsay="approval-gate.hold-hint">
        {hints.map(([name, words]) => (
          <span key={name} data-shown={flag(step === name)}>
            {words}
          </span>
        ))}
      </p>
    </>
  );
}

/** The second button opens below and at the other side, so that a double click lands on "Not yet". */
function TwoStepControl(): ReactElement {
  const { control } = useGate("ApproveControl");
  const { approval } = useWords(toolWords);
  const label = useApproveLabel();
  const id = useId();
  const isSecond = control.step === "second";
  return (
    <>
      <Button
        {...control.getApproveProps()}
        aria-expanded={isSecond}
        aria-controls={isSecond ? id : undefined}
        className={isSecond ? undefined : "unsay-approval-review"}
        data-unsay="approval-gate.review"
        data-open={flag(isSecond)}
      >
        {isSecond ? approval.back : approval.review(label)}
      </Button>
      {isSecond ? (
        <div id={id} className="unsay-approval-confirm" data-unsay="approval-gate.confirm">
          <Button tone="danger" {...control.getSecondProps()} data-unsay="approval-gate.approve" data-mechanism="two-step">
            {label}
          </Button>
          <span>{approval.secondStep}</span>
        </div>
      ) : null}
    </>
  );
}

function TypeControl(): ReactElement {
  const { control, descriptions } = useGate("ApproveControl");
  const { approval } = useWords(toolWords);
  const label = useApproveLabel();
  const [call] = control.calls;
  const name = descriptions[0]?.object ?? call?.target ?? call?.name ?? "";
  return (
    <>
      <label className="unsay-approval-type">
        <span>{approval.typeName(makeVisible(name))}</span>
        <input type="text" {...control.getTypeProps()} className="unsay-field" dir="auto" data-unsay="approval-gate.type" />
      </label>
      <Button tone="danger" {...control.getApproveProps()} data-unsay="approval-gate.approve" data-mechanism="type">
        {label}
      </Button>
    </>
  );
}
