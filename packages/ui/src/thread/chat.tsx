"use client";
import { useCallback, useMemo, useRef, useState, type HTMLAttributes, type ReactElement, type ReactNode, type RefObject } from "react";
import {
  findLive,
  isLive,
  type AssistantMessage,
  type Clock,
  type Message as AnyMessage,
  type StorageLike,
  type Transport,
} from "@unsay/core/base";
import {
  KeysProvider,
  SessionProvider,
  UsesProvider,
  useAnswerable,
  useThreadOf,
  type Announcement,
  type FollowUp,
  type KeyBindings,
  type PaintSettings,
  type UseAttachmentsOptions,
  type UseStore,
  type UseThreadResult,
} from "@unsay/react/base";
import { Announcer } from "../announcer/announcer.js";
import { ApprovalSettingsContext, type ApprovalSettings } from "../approval/approval-settings.js";
import { ApprovalTray } from "../approval/approval-tray.js";
import { DescribeCallContext, useDescribeCall, type DescribeCall } from "../approval/describe-call.js";
import { ThreadComposer } from "../composer/thread-composer.js";
import { ThreadEditsProvider } from "../composer/thread-edits.js";
import { withRef, type UiComponent } from "../component.js";
import { MessageActionsContext, type MessageActions } from "../message/message-actions.js";
import { LegendSlot } from "../message/revision-slots.js";
import { useOpenSession } from "../on-demand/open-session.js";
import { useIdlePieces } from "../on-demand/pieces.js";
import type { StringOverrides } from "../strings/en.js";
import { threadWords } from "../strings/english/thread.js";
import { StringsProvider, useWords } from "../strings/strings.js";
import { StoredThreadSlot } from "./stored-thread-slot.js";
import { ConnectionNotice } from "./connection-notice.js";
import { Thread } from "./thread.js";
import { ThreadMessages } from "./thread-messages.js";
import { Transcript, type TranscriptHandle } from "./transcript.js";
import { UnsayRoot, type UnsayRootProps } from "./unsay-root.js";

export interface ChatProps
  extends
    Omit<HTMLAttributes<HTMLDivElement>, "title" | "children">,
    Pick<UnsayRootProps, "theme" | "density" | "contrast" | "motion">,
    Pick<PaintSettings, "isolation" | "reveal" | "hold" | "dependencies" | "pacing" | "detectSelfCorrection" | "maxHoldMs"> {
  /** Make it outside the component or memoise it. */
  readonly transport: Transport;
  /** The thread to show; a new one begins with the component without it. */
  readonly threadId?: string | undefined;
  /**
   * What the page holds of the thread already, such as what its server has read: shown at once, also in rendered markup. The record is
   * read all the same and has the last word. Taken once for a thread.
   */
  readonly initialMessages?: readonly AnyMessage[] | undefined;
  /** Stands above the transcript. */
  readonly title?: ReactNode;
  /** Stands in the transcript while the thread has no message. */
  readonly empty?: ReactNode;
  /** Stands above the composer, always; such as things to ask. */
  readonly suggestions?: ReactNode | ((send: (text: string) => void) => ReactNode);
  /** The app's words for what a tool is about to do. */
  readonly describeCall?: DescribeCall;
  /** How requests are asked: risk, holding, what may be remembered, more time. Make it outside the component. */
  readonly approvals?: ApprovalSettings;
  /** What Enter does while the agent works. */
  readonly followUp?: FollowUp;
  /** Where the queue and the draft survive a reload, such as `sessionStorage`. Make it outside the component. */
  readonly storage?: StorageLike;
  /** Files with messages: who stores them, and which are taken. */
  readonly attachments?: UseAttachmentsOptions;
  readonly strings?: StringOverrides;
  readonly marks?: "full" | "quiet";
  readonly clock?: Clock;
  /** Words that may still be dropped: not shown, or as ghost text for the eye alone. */
  readonly drafts?: "hidden" | "shown";
  /** Off only in tests that dispatch their own events. */
  readonly requireTrustedInput?: boolean;
  readonly onAnnounce?: (announcement: Announcement) => void;
  /** `events` by default; `sentences` also reads settled sentences out. */
  readonly announce?: "events" | "sentences";
  /** `always` also marks the end of complete answers. */
  readonly endMark?: "early" | "always";
  /** A button in the dock that explains the marks; in print the key stands at the end. */
  readonly legend?: boolean;
  /** Other keys; `false` takes one away. */
  readonly keys?: Partial<KeyBindings>;
  /** Where what readers used of the answers is kept; the page's memory without it. Make it outside the component. */
  readonly uses?: UseStore;
}

/** A whole conversation over one transport. Renders a `div`. */
export const Chat: UiComponent<HTMLDivElement, ChatProps> = withRef("Chat", (props, ref) => {
  const [paint, others] = takePaint(props);
  const {
    transport,
    threadId,
    initialMessages,
    title,
    empty,
    suggestions,
    describeCall,
    approvals,
    followUp,
    storage,
    attachments,
    strings,
    marks,
    clock,
    requireTrustedInput,
    onAnnounce,
    announce,
    endMark,
    legend,
    keys,
    uses,
    ...rest
  } = others;
  const thread = useThreadOf({ transport, id: threadId, clock, storage, initialMessages }, useOpenSession());
  const inherited = useDescribeCall(describeCall);
  return (
    <UnsayRoot {...rest} ref={ref} className={["unsay-chat", rest.className].filter(Boolean).join(" ")} data-unsay="chat">
      <StringsProvider value={strings}>
        <DescribeCallContext.Provider value={inherited}>
          <SessionProvider session={thread.session} clock={clock} requireTrustedInput={requireTrustedInput} paint={paint}>
            <StoredThreadSlot session={thread.session} />
            <OwnUses store={uses}>
              <KeysProvider keys={keys}>
                <ChatThread
                  {...{ thread, title, empty, suggestions, approvals, followUp, storage, attachments, marks }}
                  {...{ onAnnounce, announce, endMark, legend }}
                />
              </KeysProvider>
            </OwnUses>
          </SessionProvider>
        </DescribeCallContext.Provider>
      </StringsProvider>
    </UnsayRoot>
  );
});

function OwnUses({ store, children }: { readonly store: UseStore | undefined; readonly children: ReactNode }): ReactNode {
  return store === undefined ? children : <UsesProvider store={store}>{children}</UsesProvider>;
}

const PAINT_PROPS = ["isolation", "reveal", "hold", "dependencies", "pacing", "detectSelfCorrection", "maxHoldMs"] as const;
type PaintProp = (typeof PAINT_PROPS)[number] | "drafts";

/** Whole sentences, evenly, unless the props say otherwise. */
function takePaint(props: ChatProps): readonly [PaintSettings, Omit<ChatProps, PaintProp>] {
  const given = Object.fromEntries(PAINT_PROPS.flatMap((name) => (props[name] === undefined ? [] : [[name, props[name]]])));
  const { drafts, ...rest } = Object.fromEntries(
    Object.entries(props).filter(([name]) => !PAINT_PROPS.some((other) => other === name)),
  ) as Omit<ChatProps, (typeof PAINT_PROPS)[number]>;
  const reducedMotion = props.motion === "none" ? { reducedMotion: true } : {};
  return [{ ...given, ...reducedMotion, ...(drafts === "shown" ? { showDrafts: true } : {}) }, rest];
}

type ThreadProp =
  | "title"
  | "empty"
  | "suggestions"
  | "approvals"
  | "followUp"
  | "storage"
  | "attachments"
  | "marks"
  | "onAnnounce"
  | "announce"
  | "endMark"
  | "legend";

type ChatThreadProps = { readonly [Name in ThreadProp]: ChatProps[Name] | undefined } & { readonly thread: UseThreadResult };

function ChatThread(props: ChatThreadProps): ReactElement {
  const { thread, title, empty, suggestions, approvals, followUp, storage, attachments, marks } = props;
  const { onAnnounce, announce, endMark, legend = false } = props;
  const transcript = useRef<TranscriptHandle>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  useIdlePieces();
  const live = findLive(thread.pages);
  const needsDecision = useAnswerable(thread.approvals).length > 0;
  const actions = useThreadActions(thread, input);
  const { settings, quote, clearQuote } = useRedirectedCall(approvals, input);
  return (
    <MessageActionsContext.Provider value={actions}>
      <ApprovalSettingsContext.Provider value={settings}>
        <Thread status={thread.status} needsDecision={needsDecision} onStop={thread.stop} {...(marks === undefined ? {} : { marks })}>
          {title === undefined ? null : (
            <header className="unsay-title">
              <div className="unsay-title-text">{title}</div>
            </header>
          )}
          <Transcript
            handle={transcript}
            jump={needsDecision ? "decision" : live === undefined ? "finished" : "answering"}
            isGrowing={isGrowing(live)}
            anchor={thread.pages.findLast(({ role }) => role === "user")?.id}
            count={thread.pages.length}
          >
            <History thread={thread} empty={empty} />
            <ThreadEditsProvider thread={thread}>
              <ThreadMessages thread={thread} endMark={endMark} />
            </ThreadEditsProvider>
          </Transcript>
          <div className="unsay-dock" data-unsay="thread.dock">
            <ConnectionNotice connection={thread.connection} isSaidAbove={live !== undefined} />
            <ApprovalTray approvals={thread.approvals} />
            <Suggestions
              suggestions={suggestions}
              send={(text) => {
                transcript.current?.expectSent();
                thread.sendMessage(text);
              }}
            />
            <ThreadComposer
              {...attachments}
              thread={thread}
              followUp={followUp}
              draftStorage={storage}
              inputRef={input}
              redirectQuote={quote}
              onSent={(mode) => {
                clearQuote();
                if (mode === "send" || mode === "redirect") transcript.current?.expectSent();
              }}
            />
            {legend ? <LegendSlot /> : null}
          </div>
          <Announcer messages={thread.pages} connection={thread.connection} announce={announce} onAnnounce={onAnnounce} />
        </Thread>
      </ApprovalSettingsContext.Provider>
    </MessageActionsContext.Provider>
  );
}

/** A request that was rejected to ask for something else, or that nobody answered in time: the composer says what it is about, until that is sent. */
function useRedirectedCall(
  approvals: ApprovalSettings | undefined,
  input: RefObject<HTMLTextAreaElement | null>,
): { readonly settings: ApprovalSettings; readonly quote: string | undefined; readonly clearQuote: () => void } {
  const [quote, setQuote] = useState<string>();
  const settings = useMemo<ApprovalSettings>(() => {
    const writeAbout = (_call: unknown, words: string): void => {
      setQuote(words);
      input.current?.focus({ preventScroll: true });
    };
    return { onRedirect: writeAbout, onAskAgain: writeAbout, ...approvals };
  }, [approvals, input]);
  return { settings, quote, clearQuote: useCallback(() => setQuote(undefined), []) };
}

/** Words are being written. A stop, a request or an end is no reason to scroll. */
function isGrowing(live: AssistantMessage | undefined): boolean {
  if (live?.status !== "pending" && live?.status !== "streaming") return false;
  return live.liveness !== "stopping" && live.liveness !== "awaiting-approval";
}

function Suggestions({ suggestions, send }: Pick<ChatProps, "suggestions"> & { readonly send: (text: string) => void }): ReactNode {
  const { thread } = useWords(threadWords);
  if (suggestions === undefined || suggestions === null) return null;
  return (
    <div role="group" aria-label={thread.suggestions} className="unsay-suggestions" data-unsay="thread.suggestions">
      {typeof suggestions === "function" ? suggestions(send) : suggestions}
    </div>
  );
}

function useThreadActions(thread: UseThreadResult, input: RefObject<HTMLTextAreaElement | null>): MessageActions {
  const { session } = thread;
  return useMemo(
    () => ({
      onContinue: (message) => session.continue(message.id),
      onRegenerate: (message) => session.regenerate(message.id),
      onRetry: (message) => session.retry(message.id),
      onReconnect: (message) => (isLive(message) ? session.wake() : session.reconnect(message.id)),
      onLetRun: (message) => session.dismissLoop(message.id),
      onReveal: (message) => session.revealTail(message.id),
      onStop: () => session.stop(),
      onRedirect: () => input.current?.focus({ preventScroll: true }),
    }),
    [session, input],
  );
}

function History({ thread, empty }: { readonly thread: UseThreadResult; readonly empty: ReactNode }): ReactNode {
  const { thread: words } = useWords(threadWords);
  if (thread.history === "failed") return <p className="unsay-notice">{words.historyFailed}</p>;
  if (thread.pages.length > 0) return null;
  if (thread.history === "loading") return <p className="unsay-notice">{words.historyLoading}</p>;
  return empty === undefined ? null : <div className="unsay-empty">{empty}</div>;
}
