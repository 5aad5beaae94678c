"use client";

import type { Session } from "@unsay/core";
import { useEffect } from "react";

/** A gate that is mounted shows its question: how long it stood before somebody answered is measured from here. */
export function useApprovalShown(session: Session, approvalId: string, isOpen: boolean): void {
  useEffect(() => {
    if (isOpen) session.markApprovalShown(approvalId);
  }, [session, approvalId, isOpen]);
}
