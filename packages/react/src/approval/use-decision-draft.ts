"use client";

import type { Approval, Decision, DecideItem, GrantScope, ToolCall } from "@unsay/core";
import { useCallback, useMemo, useState } from "react";
import type { CallEdit } from "../types.js";

export interface DecisionDraft {
  /** The calls as they would run. */
  readonly calls: readonly ToolCall[];
  readonly changes: number;
  readonly isValid: boolean;
  readonly scope: GrantScope | null;
  /** Calls to approve, the others being rejected; `null` for all. */
  readonly selected: ReadonlySet<string> | null;
  /** Other whenever what Approve would send is other. */
  readonly key: string;
  readonly edits: ReadonlyMap<string, CallEdit>;
  readonly edit: (callId: string, edit: CallEdit | null) => void;
  readonly remember: (scope: GrantScope | null) => void;
  readonly select: (calls: ReadonlySet<string> | null) => void;
}

/** What a reader has changed in a request, and would have remembered, before they decide. */
export function useDecisionDraft(asked: readonly ToolCall[]): DecisionDraft {
  const [edits, setEdits] = useState<ReadonlyMap<string, CallEdit>>(new Map());
  const [scope, remember] = useState<GrantScope | null>(null);
  const [selected, select] = useState<ReadonlySet<string> | null>(null);
  const edit = useCallback((callId: string, next: CallEdit | null) => {
    setEdits((current) => {
      const changed = new Map(current);
      if (next === null || next.changes === 0) changed.delete(callId);
      else changed.set(callId, next);
      return changed;
    });
  }, []);
  const all = [...edits.values()];
  return {
    calls: useMemo(() => asked.map((call) => withEdit(call, edits)), [asked, edits]),
    changes: all.reduce((sum, { changes }) => sum + changes, 0),
    isValid: all.every(({ isValid }) => isValid),
    scope,
    selected,
    key: useMemo(() => JSON.stringify([[...edits], scope, selected === null ? null : [...selected]]), [edits, scope, selected]),
    edits,
    edit,
    remember,
    select,
  };
}

function withEdit(call: ToolCall, edits: ReadonlyMap<string, CallEdit>): ToolCall {
  const edit = edits.get(call.id);
  return edit === undefined ? call : { ...call, args: edit.args };
}

/** Yes to what is selected, as the reader left it; no to the rest. */
export function decisionOf(approval: Approval, draft: DecisionDraft): Decision {
  if (draft.edits.size === 0 && draft.scope === null && draft.selected === null) return { decision: "approve" };
  return { items: approval.items.map((item) => itemOf(item, draft)) };
}

function itemOf(item: { readonly call: string; readonly argsHash: string }, { edits, scope, selected }: DecisionDraft): DecideItem {
  if (selected !== null && !selected.has(item.call)) return { ...item, decision: "reject" };
  const edit = edits.get(item.call);
  return {
    ...item,
    decision: "approve",
    ...(edit === undefined ? {} : { edited: edit.args }),
    ...(scope === null ? {} : { scope }),
  };
}
