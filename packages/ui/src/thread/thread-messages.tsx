"use client";
import {
  createContext,
  Fragment,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type Context,
  type ReactElement,
  type ReactNode,
  type RefObject,
} from "react";
import { isLive, type AssistantMessage, type Message as MessageFacts, type Session, type UserMessage } from "@unsay/core/base";
import {
  otherReceipts,
  useFromEnd,
  useThreadGroups,
  type ThreadGroup,
  type ThreadSection,
  type UseThreadGroupsResult,
  type UseThreadResult,
  type VersionedMessage,
} from "@unsay/react/base";
import { askShortly, useDescribeCall } from "../approval/describe-call.js";
import { Message, type MessageProps } from "../message/message.js";
import { requestWords } from "../strings/english/request.js";
import { threadWords } from "../strings/english/thread.js";
import { useWords } from "../strings/strings.js";
import { ReceiptListSlot } from "../tool-call/tool-call-slot.js";
import { MessageGroups } from "./message-groups.js";

export interface ThreadMessagesProps {
  readonly thread: UseThreadResult;
  readonly endMark: "early" | "always" | undefined;
}

/** The messages of a thread. A change draws its own group, and the others are not asked. */
export function ThreadMessages({ thread, endMark }: ThreadMessagesProps): ReactElement {
  const { pages, connection, approvals, session } = thread;
  const groups = useThreadGroups(pages);
  const from = useFromEnd(groups);
  const verbs = useMessageVerbs(session, groups);
  const { attempt } = connection;
  const decision = useDecision(approvals);
  const facts = useMemo<LiveFacts>(() => ({ attempt, decision }), [attempt, decision]);
  const element = useRef<HTMLDivElement>(null);
  const total = useSetSize(element, groups.total);
  const shared = useMemo<SharedProps>(() => ({ ...verbs, session, endMark, total }), [verbs, session, endMark, total]);
  const draw = useCallback((group: ThreadGroup) => <GroupMessages group={group} shared={shared} />, [shared]);
  return (
    <LiveFactsContext.Provider value={facts}>
      <MessageGroups ref={element} groups={groups} from={from}>
        {draw}
      </MessageGroups>
    </LiveFactsContext.Provider>
  );
}

/** What only an answer that is being written shows. */
interface LiveFacts {
  readonly attempt: number | undefined;
  readonly decision: string | undefined;
}

const NOT_LIVE: LiveFacts = { attempt: undefined, decision: undefined };
const LiveFactsContext: Context<LiveFacts> = createContext(NOT_LIVE);
/** Never provided: who reads it is never woken. */
const NotLiveContext: Context<LiveFacts> = createContext(NOT_LIVE);

/** The same object for as long as the conversation stands. */
interface SharedProps extends Required<Pick<MessageProps, "onVersion" | "onResend">>, Pick<ThreadMessagesProps, "endMark"> {
  readonly session: Session;
  readonly total: RefObject<number>;
}

interface GroupMessagesProps {
  readonly group: ThreadGroup;
  readonly shared: SharedProps;
}

function GroupMessages({ group, shared }: GroupMessagesProps): ReactNode {
  const { items } = group;
  const { session, endMark, onVersion, onResend } = shared;
  const [total] = useState(shared.total.current);
  const { attempt, decision } = useContext(items.some(({ message }) => isLive(message)) ? LiveFactsContext : NotLiveContext);
  return items.map(({ message, versions, position, number }) => (
    <Fragment key={versions?.all[0]?.id ?? message.id}>
      <Message
        message={message}
        position={position}
        total={total}
        number={number}
        redirect={redirectText(session, message)}
        attempt={isLive(message) ? attempt : undefined}
        decision={isLive(message) ? decision : undefined}
        endMark={endMark}
        copyable
        version={versions === null ? undefined : versions.index + 1}
        versions={versions?.all.length}
        onVersion={versions === null ? undefined : onVersion}
        onResend={message.role === "user" && message.delivery === "failed" ? onResend : undefined}
      />
      {versions === null ? null : <OtherReceipts versions={versions} />}
    </Fragment>
  ));
}

/**
 * Of how many messages each is one. It changes with each message that is sent; written into the page by hand, it draws no
 * other message again.
 */
function useSetSize(element: RefObject<Element | null>, total: number): RefObject<number> {
  const newest = useRef(total);
  newest.current = total;
  useEffect(() => {
    const messages = element.current?.querySelectorAll('[data-unsay="message"][aria-setsize]') ?? [];
    for (const message of messages) message.setAttribute("aria-setsize", String(total));
  }, [element, total]);
  return newest;
}

function useMessageVerbs(session: Session, groups: UseThreadGroupsResult): Pick<SharedProps, "onVersion" | "onResend"> {
  const { select } = groups;
  const latest = useRef(groups.sections);
  latest.current = groups.sections;
  return useMemo(
    () => ({
      onVersion(message, version) {
        const wanted = versionsOf(latest.current, message)?.all[version - 1];
        if (wanted !== undefined) select(wanted);
      },
      onResend: (message) => resend(session, message),
    }),
    [session, select],
  );
}

function versionsOf(sections: readonly ThreadSection[], { id }: AssistantMessage): VersionedMessage["versions"] {
  const items = sections.flatMap(({ groups }) => groups).flatMap((group) => group.items);
  return items.find(({ message }) => message.id === id)?.versions ?? null;
}

/** The same request once more, under the key of the first, so that a server that has it after all does not answer twice. */
function resend(session: Session, { id }: UserMessage): void {
  const answer = session.store.getState().pages.findLast((message) => message.role === "assistant" && message.parent === id);
  if (answer !== undefined) session.retry(answer.id);
}

/** What the versions that are not shown did has happened all the same. */
function OtherReceipts({ versions }: { readonly versions: NonNullable<VersionedMessage["versions"]> }): ReactNode {
  const { version } = useWords(threadWords);
  const others = otherReceipts(versions);
  if (others.length === 0) return null;
  return (
    <div role="group" aria-label={version.elsewhere} className="unsay-other-receipts" data-unsay="message.other-receipts">
      <p className="unsay-notice">{version.elsewhere}</p>
      {others.map(({ message }) => (
        <ReceiptListSlot key={message.id} message={message} />
      ))}
    </div>
  );
}

function useDecision(approvals: UseThreadResult["approvals"]): string | undefined {
  const words = useWords(requestWords);
  const describe = useDescribeCall(undefined);
  const [first] = approvals;
  const call = first?.calls.length === 1 ? first.calls[0] : undefined;
  return approvals.length !== 1 || call === undefined ? undefined : askShortly(describe, call, words).title;
}

function redirectText(session: Session, message: MessageFacts): string | undefined {
  if (message.role === "user" || message.redirectedTo === undefined) return undefined;
  const next = session.store.getState().pages.find(message.redirectedTo);
  return next?.role === "user" ? next.text : undefined;
}
