import { focusStop } from "@unsay/react/base";

function findGate(approvalId: string): HTMLElement | null {
  return document.querySelector(`[data-unsay="approval-gate"][data-approval="${CSS.escape(approvalId)}"]`);
}

function findStandIn(approvalId: string): HTMLElement | null {
  return document.querySelector(`[data-unsay="approval-stand-in"][data-approval="${CSS.escape(approvalId)}"]`);
}

function findLine(approvalId: string): HTMLElement | null {
  return document.querySelector(`[data-unsay="approval-dialog.line"][data-approval="${CSS.escape(approvalId)}"]`);
}

/** Puts the focus on the title of a request, or opens the one that waits behind a line. Scrolls, since that is what was asked for. */
export function focusApproval(approvalId: string): void {
  const title =
    findGate(approvalId)?.querySelector<HTMLElement>('[data-unsay="approval-gate.title"]') ??
    findStandIn(approvalId)?.querySelector<HTMLElement>("[tabindex]");
  if (title) focusStop(title);
  else findLine(approvalId)?.querySelector<HTMLElement>('[data-unsay="approval-dialog.review"]')?.click();
}

/** Some of it can be seen, as far as the window and what scrolls around it go. */
export function isApprovalInView(approvalId: string): boolean {
  const gate = findGate(approvalId) ?? findStandIn(approvalId);
  if (gate === null) return false;
  const { top, bottom } = gate.getBoundingClientRect();
  const box = gate.closest('[data-unsay="transcript"]')?.getBoundingClientRect();
  return bottom > Math.max(0, box?.top ?? 0) && top < Math.min(window.innerHeight, box?.bottom ?? window.innerHeight);
}
