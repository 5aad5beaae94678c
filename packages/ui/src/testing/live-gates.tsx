import { useMemo, type ReactElement, type ReactNode } from "react";
import type { EventPayload } from "@unsay/core";
import type { FakeClock, ScriptedTransportOptions } from "@unsay/core/testing";
import type { UseThreadResult } from "@unsay/react";
import type { ApprovalSettings } from "../approval/approval-settings.js";
import { ApprovalTray } from "../approval/approval-tray.js";
import type { DescribeCall } from "../approval/describe-call.js";
import { createGateTransport, decisionsOf, GateStage, type Ask } from "./gate-stage.js";

export interface LiveGatesProps {
  readonly ask: Ask;
  readonly settings?: ApprovalSettings;
  readonly describe?: DescribeCall;
  readonly later?: readonly { readonly at: number; readonly event: EventPayload }[];
  /** Time stands still, and plays move it. */
  readonly clock?: FakeClock;
  readonly onCommand?: ScriptedTransportOptions["onCommand"];
  /** Stands above the gates. */
  readonly before?: (thread: UseThreadResult) => ReactNode;
}

/** Gates with a session behind them, what was decided, and the tray. */
export function LiveGates({ ask, settings, describe, later, clock, onCommand, before }: LiveGatesProps): ReactElement {
  const transport = useMemo(
    () =>
      createGateTransport(ask, {
        ...(clock === undefined ? {} : { clock }),
        ...(later === undefined ? {} : { later }),
        ...(onCommand === undefined ? {} : { onCommand }),
      }),
    [ask, clock, later, onCommand],
  );
  return (
    <GateStage
      transport={transport}
      {...(clock === undefined ? {} : { clock })}
      {...(settings === undefined ? {} : { settings })}
      {...(describe === undefined ? {} : { describe })}
      requireTrustedInput={false}
    >
      {(calls, thread) => (
        <>
          {before?.(thread)}
          {calls}
          <p data-testid="sent">
            {decisionsOf(transport)
              .map(({ items }) => items[0]?.decision)
              .join(" ")}
          </p>
          <ApprovalTray approvals={thread.approvals} />
        </>
      )}
    </GateStage>
  );
}
