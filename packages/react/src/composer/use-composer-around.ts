"use client";

import type { Attachment, StorageLike, ThreadStatus, UnsayErrorData } from "@unsay/core";
import { useRef, useState, type CompositionEvent, type FormEvent, type KeyboardEvent } from "react";
import { isComposing as isComposingKey, matchesKey } from "../keys/key-bindings.js";
import { useKeys } from "../keys/keys-context.js";
import { selectComposerMode, selectFollowUps, selectOtherMode, type ComposerMode, type FollowUp } from "./composer-mode.js";
import { readyAttachments } from "./ready-attachments.js";
import type { UseAttachmentsOptions, UseAttachmentsResult } from "./use-attachments.js";
import type { Draft } from "./use-draft.js";

/** `false`, or a promise of it, or a rejection: not accepted, and the draft stays. */
export type Acceptance = void | boolean | Promise<void | boolean>;

export interface Submission {
  readonly attachments: readonly Attachment[];
  /** The words of the answer that the message is about, unless the reader took them out. */
  readonly quote: string | undefined;
}

/** Why the newest press sent nothing: files still on their way, a file that failed, or an answer from the backend. */
export type Refusal =
  | { readonly code: "uploading" }
  | { readonly code: "upload-failed" }
  | { readonly code: "refused"; readonly mode: ComposerMode; readonly error: UnsayErrorData | null };

export interface UseComposerOptions extends UseAttachmentsOptions {
  readonly status: ThreadStatus;
  readonly hasOpenApproval?: boolean | undefined;
  /** What Enter does while the agent works; `redirect` by default. */
  readonly followUp?: FollowUp | undefined;
  /** The run declared that it can be told something while it goes on. */
  readonly canSteer?: boolean | undefined;
  /** Called with words or files, never with neither. The draft is cleared once it is accepted, never before. */
  readonly onSubmit: (text: string, mode: ComposerMode, submission: Submission) => Acceptance;
  /** What a redirect would be about. */
  readonly quote?: string | undefined;
  readonly value?: string | undefined;
  readonly defaultValue?: string | undefined;
  readonly onValueChange?: ((value: string) => void) | undefined;
  /** The draft of `useDraft`, where something else writes into it too. */
  readonly draft?: Draft | undefined;
  /** The files of `useAttachments`, where something else puts files back too. */
  readonly attachments?: UseAttachmentsResult | undefined;
  readonly draftStorage?: StorageLike | undefined;
  readonly draftKey?: string | undefined;
  /** Arrow up on an empty composer. `true`: something is edited now, and the key is used up. */
  readonly onEditQueued?: (() => boolean) | undefined;
}

export interface UseComposerResult {
  readonly draft: Draft;
  /** What Enter does. */
  readonly mode: ComposerMode;
  /** The second way, one key away. */
  readonly other: ComposerMode | null;
  readonly followUps: readonly ComposerMode[];
  readonly attachments: UseAttachmentsResult;
  readonly quote: string | undefined;
  readonly removeQuote: () => void;
  readonly refusal: Refusal | null;
  readonly isComposing: boolean;
  readonly isSending: boolean;
  /** Once; what Enter does stays as it is. */
  readonly submit: (mode?: ComposerMode) => void;
  readonly getFormProps: () => { readonly onSubmit: (event: FormEvent) => void } & ReturnType<UseAttachmentsResult["getDropProps"]>;
  readonly getInputProps: () => {
    readonly value: string;
    readonly onChange: (event: { readonly target: { readonly value: string } }) => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onCompositionStart: (event: CompositionEvent) => void;
    readonly onCompositionEnd: (event: CompositionEvent) => void;
  };
}

/** Files and draft are in other hands. */
export interface ComposerParts extends Omit<UseComposerOptions, keyof UseAttachmentsOptions> {
  readonly draft: Draft;
  readonly attachments: UseAttachmentsResult;
}

/** What a composer does around a draft and files that something else keeps too: modes, keys, and what is said when it was refused. */
export function useComposerAround(options: ComposerParts): UseComposerResult {
  const { status, hasOpenApproval = false, followUp = "redirect", canSteer = false, onEditQueued, draft, attachments } = options;
  const [isComposing, setComposing] = useState(false);
  const keys = useKeys();
  // A run can be told words, and no files.
  const situation = { status, hasOpenApproval, followUp, canSteer: canSteer && attachments.files.length === 0 };
  const mode = selectComposerMode(situation);
  const other = selectOtherMode(mode);
  const followUps = selectFollowUps(situation);
  const quotes = useQuote(options.quote);
  const sending = useSubmission(options, draft, attachments);
  const submit = (by: ComposerMode = mode): void => void sending.submit(by, isQuoting(by) ? quotes.quote : undefined);

  const modeOfKey = (event: KeyboardEvent): ComposerMode | null => {
    if (matchesKey(event, keys.steer) && followUps.includes("steer")) return "steer";
    if (matchesKey(event, keys.otherFollowUp)) return other ?? mode;
    return matchesKey(event, keys.send) ? mode : null;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposingKey(event)) return;
    const by = modeOfKey(event);
    if (by !== null) {
      event.preventDefault();
      if (!event.repeat) submit(by);
    } else if (matchesKey(event, keys.editQueued) && draft.value === "" && onEditQueued?.() === true) event.preventDefault();
  };

  return {
    draft,
    mode,
    other,
    followUps,
    attachments,
    quote: isQuoting(mode) ? quotes.quote : undefined,
    removeQuote: quotes.remove,
    refusal: sending.refusal,
    isComposing,
    isSending: sending.isSending,
    submit,
    getFormProps: () => ({
      ...attachments.getDropProps(),
      onSubmit: (event) => {
        event.preventDefault();
        submit();
      },
    }),
    getInputProps: () => ({
      value: draft.value,
      onChange: (event) => draft.change(event.target.value),
      onKeyDown,
      onCompositionStart: () => setComposing(true),
      onCompositionEnd: () => setComposing(false),
    }),
  };
}

/** What waits, or is added to an answer, is not about the words that stand at its end now. */
function isQuoting(mode: ComposerMode): boolean {
  return mode === "redirect" || mode === "send";
}

/** A quote that was taken out stays out until there is another. */
function useQuote(quote: string | undefined): { readonly quote: string | undefined; readonly remove: () => void } {
  const [removed, setRemoved] = useState<string | undefined>(undefined);
  return { quote: quote === removed ? undefined : quote, remove: () => setRemoved(quote) };
}

interface Submitting {
  readonly refusal: Refusal | null;
  readonly isSending: boolean;
  readonly submit: (mode: ComposerMode, quote: string | undefined) => Promise<void>;
}

function useSubmission({ onSubmit }: Pick<UseComposerOptions, "onSubmit">, draft: Draft, attachments: UseAttachmentsResult): Submitting {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isSending, setSending] = useState(false);
  const underway = useRef<string | null>(null);

  const submit = async (mode: ComposerMode, quote: string | undefined): Promise<void> => {
    const text = draft.peek();
    const files = readyAttachments(attachments.files);
    if (text.trim() === "" && attachments.files.length === 0) return;
    // A second press of the same words is no second message.
    if (underway.current === text && text !== "") return;
    const obstacle = obstacleOf(attachments);
    if (obstacle !== null) return setRefusal(obstacle);
    underway.current = text;
    setSending(true);
    const refused = await offer(() => onSubmit(text.trim(), mode, { attachments: files, quote }), mode);
    underway.current = null;
    setSending(false);
    setRefusal(refused);
    if (refused !== null) return;
    // What was typed meanwhile belongs to the next message.
    draft.clear(text);
    attachments.clear(files.map(({ id }) => id));
  };
  return { refusal, isSending, submit };
}

/** No file is left behind in silence. */
function obstacleOf({ files, isUploading }: UseAttachmentsResult): Refusal | null {
  if (isUploading) return { code: "uploading" };
  return files.some(({ status }) => status === "failed") ? { code: "upload-failed" } : null;
}

async function offer(ask: () => Acceptance, mode: ComposerMode): Promise<Refusal | null> {
  try {
    return (await ask()) === false ? { code: "refused", mode, error: null } : null;
  } catch (error) {
    return { code: "refused", mode, error: isErrorData(error) ? error : null };
  }
}

function isErrorData(error: unknown): error is UnsayErrorData & Error {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
