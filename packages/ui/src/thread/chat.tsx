"use client";
import { useCallback, useMemo, useRef, type HTMLAttributes, type ReactElement, type ReactNode, type RefObject } from "react";
import { isLive, type AssistantMessage, type Clock, type Message as MessageFacts, type Transport } from "@unsay/core";
import { SessionProvider, useThread, type PaintSettings, type UseThreadResult } from "@unsay/react";
import { Announcer } from "../announcer/announcer.js";
import type { Announcement } from "../announcer/announcements.js";
import { ApprovalTray } from "../approval/approval-tray.js";
import { describeWith, DescribeCallContext, useDescribeCall, type DescribeCall } from "../approval/describe-call.js";
import { Composer } from "../composer/composer.js";
import type { ComposerMode, FollowUp } from "../composer/composer-mode.js";
import { QueueTray } from "../composer/queue-tray.js";
import { StopButton } from "../composer/stop-button.js";
import { withRef, type UiComponent } from "../component.js";
import { MessageActionsContext, type MessageActions } from "../message/message-actions.js";
import { Message } from "../message/message.js";
import type { StringOverrides } from "../strings/en.js";
import { StringsProvider, useStrings } from "../strings/strings.js";
import { ConnectionNotice } from "./connection-notice.js";
import type { JumpReason } from "./jump-to-latest.js";
import { Thread } from "./thread.js";
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
  /** Stands above the transcript. */
  readonly title?: ReactNode;
  /** Stands in the transcript while the thread has no message. */
  readonly empty?: ReactNode;
  /** Stands above the composer, always; such as things to ask. */
  readonly suggestions?: ReactNode | ((send: (text: string) => void) => ReactNode);
  /** The app's words for what a tool is about to do. */
  readonly describeCall?: DescribeCall;
  /** What Enter does while the agent works. */
  readonly followUp?: FollowUp;
  readonly strings?: StringOverrides;
  readonly marks?: "full" | "quiet";
  readonly clock?: Clock;
  /** Words that may still be dropped: not shown, or as ghost text for the eye alone. */
  readonly drafts?: "hidden" | "shown";
  /** Off only in tests that dispatch their own events. */
  readonly requireTrustedInput?: boolean;
  readonly onAnnounce?: (announcement: Announcement) => void;
}

/** A whole conversation over one transport. Renders a `div`. */
export const Chat: UiComponent<HTMLDivElement, ChatProps> = withRef("Chat", (props, ref) => {
  const [paint, others] = takePaint(props);
  const {
    transport,
    threadId,
    title,
    empty,
    suggestions,
    describeCall,
    followUp,
    strings,
    marks,
    clock,
    requireTrustedInput,
    onAnnounce,
    ...rest
  } = others;
  const thread = useThread({ transport, id: threadId, clock });
  const inherited = useDescribeCall(describeCall);
  return (
    <UnsayRoot {...rest} ref={ref} className={["unsay-chat", rest.className].filter(Boolean).join(" ")} data-unsay="chat">
      <StringsProvider value={strings}>
        <DescribeCallContext.Provider value={inherited}>
          <SessionProvider session={thread.session} clock={clock} requireTrustedInput={requireTrustedInput} paint={paint}>
            <ChatThread
              thread={thread}
              title={title}
              empty={empty}
              suggestions={suggestions}
              {...(followUp === undefined ? {} : { followUp })}
              {...(marks === undefined ? {} : { marks })}
              {...(onAnnounce === undefined ? {} : { onAnnounce })}
            />
          </SessionProvider>
        </DescribeCallContext.Provider>
      </StringsProvider>
    </UnsayRoot>
  );
});

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

type ChatThreadProps = Pick<ChatProps, "title" | "empty" | "suggestions" | "followUp" | "marks" | "onAnnounce"> & {
  readonly thread: UseThreadResult;
};

function ChatThread({ thread, title, empty, suggestions, followUp = "redirect", marks, onAnnounce }: ChatThreadProps): ReactElement {
  const transcript = useRef<TranscriptHandle>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const live = thread.messages.findLast((message): message is AssistantMessage => message.role === "assistant" && isLive(message));
  const send = useSend(thread, transcript);
  const actions = useThreadActions(thread, input);
  return (
    <MessageActionsContext.Provider value={actions}>
      <Thread
        status={thread.status}
        needsDecision={thread.approvals.length > 0}
        onStop={thread.stop}
        {...(marks === undefined ? {} : { marks })}
      >
        {title === undefined ? null : (
          <header className="unsay-title">
            <div className="unsay-title-text">{title}</div>
          </header>
        )}
        <Transcript handle={transcript} jump={jumpReason(thread, live)}>
          <History thread={thread} empty={empty} />
          <Messages thread={thread} onResend={(message) => resend(thread, message.id)} />
        </Transcript>
        <div className="unsay-dock" data-unsay="thread.dock">
          <ConnectionNotice connection={thread.connection} isSaidAbove={live !== undefined} />
          <ApprovalTray approvals={thread.approvals} />
          <QueueTray queued={thread.queued} paused={thread.queuePaused} onRemove={thread.removeQueued} onResume={thread.resumeQueue} />
          <Suggestions suggestions={suggestions} send={(text) => send(text, "send")} />
          <Composer
            status={thread.status}
            hasOpenApproval={thread.approvals.length > 0}
            followUp={followUp}
            inputRef={input}
            onSubmit={send}
            stop={<StopButton status={thread.status} stop={live?.stop ?? null} onStop={thread.stop} />}
          />
        </div>
        <Announcer messages={thread.messages} connection={thread.connection} {...(onAnnounce === undefined ? {} : { onAnnounce })} />
      </Thread>
    </MessageActionsContext.Provider>
  );
}

function Suggestions({ suggestions, send }: Pick<ChatProps, "suggestions"> & { readonly send: (text: string) => void }): ReactNode {
  const { thread } = useStrings();
  if (suggestions === undefined || suggestions === null) return null;
  return (
    <div role="group" aria-label={thread.suggestions} className="unsay-suggestions" data-unsay="thread.suggestions">
      {typeof suggestions === "function" ? suggestions(send) : suggestions}
    </div>
  );
}

/** Sending is the one act after which the reader wants to see the end. */
function useSend(thread: UseThreadResult, transcript: RefObject<TranscriptHandle | null>): (text: string, mode: ComposerMode) => void {
  return useCallback(
    (text, mode) => {
      if (mode === "redirect") thread.redirect(text);
      else if (mode === "queue" || mode === "held") thread.queue(text);
      else thread.sendMessage(text);
      transcript.current?.jumpToEnd();
    },
    [thread, transcript],
  );
}

/** The same request once more, under the key of the first, so that a server that has it after all does not answer twice. */
function resend({ messages, retry }: UseThreadResult, userMessageId: string): void {
  const answer = messages.find((message) => message.role === "assistant" && message.parent === userMessageId);
  if (answer !== undefined) retry(answer.id);
}

function useThreadActions(thread: UseThreadResult, input: RefObject<HTMLTextAreaElement | null>): MessageActions {
  const { session } = thread;
  return useMemo(
    () => ({
      onContinue: (message) => session.continue(message.id),
      onRegenerate: (message) => session.regenerate(message.id),
      onRetry: (message) => session.retry(message.id),
      onReconnect: (message) => session.reconnect(message.id),
      onLetRun: (message) => session.dismissLoop(message.id),
      onReveal: (message) => session.revealTail(message.id),
      onStop: () => session.stop(),
      onRedirect: () => input.current?.focus({ preventScroll: true }),
    }),
    [session, input],
  );
}

function History({ thread, empty }: { readonly thread: UseThreadResult; readonly empty: ReactNode }): ReactNode {
  const { thread: words } = useStrings();
  if (thread.history === "failed") return <p className="unsay-notice">{words.historyFailed}</p>;
  if (thread.messages.length > 0) return null;
  if (thread.history === "loading") return <p className="unsay-notice">{words.historyLoading}</p>;
  return empty === undefined ? null : <div className="unsay-empty">{empty}</div>;
}

interface MessagesProps {
  readonly thread: UseThreadResult;
  readonly onResend: (message: MessageFacts & { readonly role: "user" }) => void;
}

function Messages({ thread, onResend }: MessagesProps): ReactElement {
  const { messages, connection, approvals } = thread;
  const decision = useDecision(approvals);
  const numbers = numberBySide(messages);
  return (
    <>
      {messages.map((message, index) => (
        <Message
          key={message.id}
          message={message}
          position={index + 1}
          total={messages.length}
          number={numbers[index] ?? 1}
          redirect={message.role === "assistant" ? redirectText(messages, message) : undefined}
          attempt={isLive(message) ? connection.attempt : undefined}
          decision={isLive(message) ? decision : undefined}
          onResend={message.role === "user" && message.delivery === "failed" ? onResend : undefined}
        />
      ))}
    </>
  );
}

function useDecision(approvals: UseThreadResult["approvals"]): string | undefined {
  const strings = useStrings();
  const describe = useDescribeCall(undefined);
  const [first] = approvals;
  const call = first?.calls.length === 1 ? first.calls[0] : undefined;
  return approvals.length !== 1 || call === undefined ? undefined : describeWith(describe, call, strings).title;
}

function numberBySide(messages: readonly MessageFacts[]): readonly number[] {
  const counts = { user: 0, assistant: 0 };
  return messages.map((message) => (counts[message.role] += 1));
}

function redirectText(messages: readonly MessageFacts[], message: AssistantMessage): string | undefined {
  const next = message.redirectedTo === undefined ? undefined : messages.find((candidate) => candidate.id === message.redirectedTo);
  return next?.role === "user" ? next.text : undefined;
}

function jumpReason(thread: UseThreadResult, live: AssistantMessage | undefined): JumpReason {
  if (thread.approvals.length > 0) return "decision";
  return live === undefined ? "finished" : "answering";
}
