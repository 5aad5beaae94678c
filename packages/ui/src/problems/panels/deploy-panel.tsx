"use client";
import { useState, type ReactElement } from "react";
import { useActWhenSettled, type UseSettledResult } from "@unsay/react";
import { Button } from "../../button/button.js";
import { Panel } from "./panel.js";

/** An app's own button that acts on an answer: it says why it waits, and opens when the answer has settled. */
export function DeployPanel({ messageId }: { readonly messageId: string }): ReactElement {
  const [isDone, setIsDone] = useState(false);
  const { isSettled, why, wasTried, getButtonProps, getReasonProps } = useActWhenSettled(messageId);
  return (
    <Panel title="Release 4.12" note="A button of the app, guarded by the answer beside it.">
      <div className="problem-row">
        <Button {...getButtonProps({ onClick: () => setIsDone(true) })} data-tone="primary">
          Deploy
        </Button>
        <span {...getReasonProps()} className="problem-quiet" role="status">
          {isDone ? "You pressed Deploy after the answer had settled." : reasonOf(isSettled, why, wasTried)}
        </span>
      </div>
    </Panel>
  );
}

function reasonOf(isSettled: boolean, why: UseSettledResult["why"], wasTried: boolean): string {
  if (isSettled) return "The answer has settled. Read it, then decide.";
  const said = why === "revised" ? "The answer was corrected. Read it again." : "The answer is not finished.";
  return wasTried ? `Not yet: ${said.charAt(0).toLowerCase()}${said.slice(1)}` : said;
}
