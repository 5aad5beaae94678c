import { useRef, type ReactElement, type ReactNode } from "react";
import { expect, test } from "vitest";
import { render } from "vitest-browser-react";
import { createSession, type AssistantMessage, type StructuredStream, type TextPart, type ToolCall, type Transport } from "@unsay/core";
import { createScriptedTransport, scripts } from "@unsay/core/testing";
import {
  SessionProvider,
  useActionGuard,
  useActWhenSettled,
  useAnnouncer,
  useApproval,
  useArgumentEdits,
  useAttachments,
  useBatch,
  useBridgedSession,
  useComposer,
  useCorrectionStrip,
  useDecisionDialog,
  useDiagnosticLog,
  useDiscard,
  useDraft,
  useField,
  useHeldCountdown,
  useLiveThread,
  useMenu,
  useMessage,
  useNativeCopy,
  useNow,
  usePacedAnswer,
  usePacedMessage,
  usePacedText,
  useReceipt,
  useSettled,
  useSpokenText,
  useStoredThread,
  useStreamMetrics,
  useStructured,
  useThread,
  useThreadGroups,
  useThreadKeys,
  useThreadScroll,
  useToolCall,
  useToolLead,
  useUndoWindow,
  useUnsayMessages,
  useUsage,
  useUses,
  type JsonSchema,
  type UseApprovalResult,
  type UseBridgedSessionOptions,
  type UseUnsayMessagesOptions,
} from "@unsay/react";
import { endedMessage, openControl, textPart, toolCall } from "./messages.js";

/** The smallest use of each hook; the test below draws them all. Pages show the shortest piece of code that calls it, from here or from the kit. */

function Conversation({ transport }: { readonly transport: Transport }): ReactNode {
  const { messages, status, sendMessage, stop } = useThread({ id: "thread-1", transport });
  return (
    <>
      {messages.map(({ id }) => (
        <Line key={id} id={id} />
      ))}
      <button onClick={() => sendMessage("Can I deploy this now?")}>Ask</button>
      {status === "ready" ? null : <button onClick={stop}>Stop answering</button>}
    </>
  );
}

function Line({ id }: { readonly id: string }): ReactNode {
  const message = useMessage(id);
  return message === undefined ? null : <p data-status={message.status}>{message.role}</p>;
}

function ThreadWithOwnHistory({ transport }: { readonly transport: Transport }): ReactNode {
  const { session, messages } = useLiveThread({ id: "thread-1", transport });
  useStoredThread(session);
  return messages.length;
}

function Question({ approvalId }: { readonly approvalId: string }): ReactNode {
  const { view, calls, getGateProps, getPreviewProps, getRejectProps, getApproveProps } = useApproval(approvalId);
  if (view !== "open") return null;
  return (
    <div role="group" {...getGateProps()}>
      <pre {...getPreviewProps()}>{calls.map(({ name, argsText }) => `${name} ${argsText}`)}</pre>
      <button {...getRejectProps()}>Don’t run it</button>
      <button {...getApproveProps()}>Run it once</button>
    </div>
  );
}

function Arguments({ call, schema }: { readonly call: ToolCall; readonly schema: JsonSchema }): ReactNode {
  const { fields } = useArgumentEdits(call, schema, (edit) => console.log(edit));
  return fields.map((field) => (
    <input key={field.path.join(".")} value={field.text} onChange={(event) => field.change(event.target.value)} />
  ));
}

function Rows({ control }: { readonly control: UseApprovalResult }): ReactNode {
  const { chosen, toggle, rowRef } = useBatch(control);
  return control.calls.map(({ id, name }) => (
    <label key={id} ref={rowRef(id)}>
      <input type="checkbox" checked={chosen.has(id)} onChange={() => toggle(id)} /> {name}
    </label>
  ));
}

function LargeQuestion({ approvalId }: { readonly approvalId: string }): ReactNode {
  const { isOpen, open, park, ref } = useDecisionDialog(approvalId, true, (dialog) => dialog.querySelector("h2")?.focus());
  if (!isOpen) return <button onClick={open}>Review</button>;
  return (
    <dialog ref={ref} role="alertdialog">
      <h2 tabIndex={-1}>Give admin access?</h2>
      <button onClick={park}>Decide later</button>
    </dialog>
  );
}

function Write({ transport }: { readonly transport: Transport }): ReactNode {
  const { status, approvals, sendMessage, redirect, queue } = useThread({ transport });
  const { mode, getFormProps, getInputProps } = useComposer({
    status,
    hasOpenApproval: approvals.length > 0,
    onSubmit: (text, by) => (by === "send" ? sendMessage(text) : by === "redirect" ? redirect(text) : queue(text)),
  });
  return (
    <form {...getFormProps()}>
      <textarea {...getInputProps()} aria-label="Message" />
      <button>{mode}</button>
    </form>
  );
}

function Draft(): ReactNode {
  const { value, change } = useDraft({ storage: sessionStorage, storageKey: "thread-1" });
  return <textarea aria-label="Message" value={value} onChange={(event) => change(event.target.value)} />;
}

function Files({ upload }: { readonly upload: (file: File) => Promise<{ readonly id: string; readonly url: string }> }): ReactNode {
  const { files, add } = useAttachments({ onUpload: upload, accept: "image/*", maxFiles: 5 });
  return (
    <>
      <input type="file" aria-label="Add files" onChange={(event) => add(event.target.files ?? [])} />
      {files.map(({ id, name, status }) => `${id} ${name}: ${status}`)}
    </>
  );
}

function Ways({ ways }: { readonly ways: readonly string[] }): ReactNode {
  const { isOpen, getButtonProps, getMenuProps, getItemProps } = useMenu();
  return (
    <>
      <button {...getButtonProps()}>More</button>
      {isOpen ? (
        <div {...getMenuProps()}>
          {ways.map((way) => (
            <button key={way} {...getItemProps(() => console.log(way))}>
              {way}
            </button>
          ))}
        </div>
      ) : null}
    </>
  );
}

function Deleting({ remove }: { readonly remove: () => void }): ReactNode {
  const { subject, open, close } = useUndoWindow<string>(10_000);
  if (subject === null) return <button onClick={() => (remove(), open("draft"))}>Remove</button>;
  return <button onClick={close}>Undo</button>;
}

function PutAway({ message }: { readonly message: AssistantMessage }): ReactNode {
  const { discarded, discard, undo } = useDiscard();
  return discarded.has(message.id) ? (
    <button onClick={undo}>Bring it back</button>
  ) : (
    <button onClick={() => discard(message.id)}>Put away</button>
  );
}

function Painted({ message }: { readonly message: AssistantMessage }): ReactNode {
  const { message: painted, holding } = usePacedAnswer(message, { isolation: "sentence" });
  return (
    <>
      {painted.parts.map((part) => (part.type === "text" ? part.spans.map(({ text }) => text) : null))}
      {holding === null ? null : "Waiting for the rest of it"}
    </>
  );
}

function PaintedById({ id }: { readonly id: string }): ReactNode {
  return usePacedMessage(id)?.message.status ?? null;
}

function Words({ message }: { readonly message: AssistantMessage }): ReactNode {
  return <p dir="auto">{usePacedText(message)}</p>;
}

function Reliable({ id }: { readonly id: string }): ReactNode {
  const { isSettled, why } = useSettled(id, { requires: "verified" });
  return isSettled ? "Verified" : `Not yet: ${why}`;
}

function Deploy({ id, deploy }: { readonly id: string; readonly deploy: () => void }): ReactNode {
  const { wasTried, getButtonProps, getReasonProps } = useActWhenSettled(id);
  return (
    <>
      <button {...getButtonProps({ onClick: deploy })}>Deploy</button>
      <span {...getReasonProps()}>{wasTried ? "The answer is not finished." : null}</span>
    </>
  );
}

function Insert({ message, insert }: { readonly message: AssistantMessage; readonly insert: () => void }): ReactNode {
  const { blockedBy, getButtonProps, getReasonProps } = useActionGuard(message, { kind: "inserted" });
  return (
    <>
      <button {...getButtonProps({ onAct: insert })}>Insert</button>
      <span {...getReasonProps()}>{blockedBy === null ? null : `Waits: ${blockedBy}`}</span>
    </>
  );
}

function Used({ message }: { readonly message: AssistantMessage }): ReactNode {
  const body = useRef<HTMLDivElement>(null);
  useNativeCopy(body, message);
  return <div ref={body}>{useUses(message.id).length} uses</div>;
}

function Corrected({ message }: { readonly message: AssistantMessage }): ReactNode {
  return useCorrectionStrip(message).map(({ revision, earlier, now }) => (
    <p key={revision} role="note">
      It said “{earlier}”. It now says “{now}”.
    </p>
  ));
}

function Call({ id }: { readonly id: string }): ReactNode {
  const { call, canStop, cancel } = useToolCall(id);
  return canStop ? <button onClick={cancel}>Cancel {call?.name}</button> : (call?.status ?? null);
}

function Done({ id }: { readonly id: string }): ReactNode {
  const { receipt, canUndo, undo } = useReceipt(id);
  return canUndo ? <button onClick={undo}>Undo: {receipt?.summary}</button> : (receipt?.summary ?? null);
}

function Held({ call }: { readonly call: ToolCall }): ReactNode {
  return `Runs in ${useHeldCountdown(call) ?? 0} s`;
}

function Announced(): ReactNode {
  const { getPoliteProps, getAssertiveProps } = useAnnouncer({ onAnnounce: ({ text }) => console.log(text) });
  return (
    <>
      <div {...getPoliteProps()} />
      <div {...getAssertiveProps()} />
    </>
  );
}

function Scrolled({ count, children }: { readonly count: number; readonly children: ReactNode }): ReactNode {
  const [scroller, content, spacer] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)];
  const { missed, jumpToEnd, onKeyDown } = useThreadScroll({ scroller, content, spacer, isGrowing: true, count });
  return (
    <div ref={scroller} tabIndex={0} role="log" aria-label="Conversation" onKeyDown={onKeyDown}>
      <div ref={content}>{children}</div>
      <div ref={spacer} />
      {missed === 0 ? null : <button onClick={jumpToEnd}>{missed} new</button>}
    </div>
  );
}

function Keyed({ stop, children }: { readonly stop: () => void; readonly children: ReactNode }): ReactNode {
  const thread = useRef<HTMLElement>(null);
  const onKeyDown = useThreadKeys({ thread, isRunning: true, onStop: stop });
  return (
    <section ref={thread} aria-label="Conversation" onKeyDown={onKeyDown}>
      {children}
    </section>
  );
}

function Grouped({ transport }: { readonly transport: Transport }): ReactNode {
  const { sections } = useThreadGroups(useThread({ transport }).pages);
  return sections
    .flatMap(({ groups }) => groups)
    .flatMap(({ items }) => items.map(({ message }) => <Line key={message.id} id={message.id} />));
}

function Form({ part }: { readonly part: TextPart }): ReactNode {
  const { stream, isComplete } = useStructured(part);
  return (
    <fieldset disabled={!isComplete}>
      <City stream={stream} />
    </fieldset>
  );
}

function City({ stream }: { readonly stream: StructuredStream }): ReactNode {
  const { value, isClosed } = useField(stream, ["address", "city"]);
  return isClosed ? String(value) : "not yet";
}

function Spoken({ id, say }: { readonly id: string; readonly say: (text: string) => void }): ReactNode {
  const { queue, take } = useSpokenText(id);
  const sayNext = (): void => {
    const item = take();
    if (item !== null && item.type !== "retraction") say(item.text);
  };
  return <button onClick={sayNext}>Say the next of {queue.length}</button>;
}

function Figures({ id }: { readonly id: string }): ReactNode {
  return `First words after ${useStreamMetrics(id)?.waitMs ?? "…"} ms`;
}

function Bill({ message }: { readonly message: AssistantMessage }): ReactNode {
  return <pre>{JSON.stringify(useUsage(message), null, 2)}</pre>;
}

function Watched({ transport }: { readonly transport: Transport }): ReactNode {
  const { diagnostics, onDiagnostic } = useDiagnosticLog();
  useThread({ transport, onDiagnostic });
  return diagnostics.map(({ code }) => code);
}

function Announcement({ isVisible }: { readonly isVisible: boolean }): ReactNode {
  return useToolLead(isVisible) ? "It may run now" : "It is about to run";
}

function Waiting({ since }: { readonly since: number }): ReactNode {
  return `${Math.floor((useNow(1_000) - since) / 1_000)} s`;
}

function OfAnotherClient<Stored extends Parameters<UseUnsayMessagesOptions<never>["statusOf"]>[0]>(
  props: UseUnsayMessagesOptions<Stored>,
): ReactNode {
  return useUnsayMessages(props).map(({ id, status }) => `${id}: ${status}`);
}

function GatesOfAnotherClient({ children, ...client }: UseBridgedSessionOptions & { readonly children: ReactNode }): ReactNode {
  return <SessionProvider session={useBridgedSession(client)}>{children}</SessionProvider>;
}

const MESSAGE = endedMessage("complete", { parts: [textPart("Drain the pool first.")] });
const EXPORT = toolCall("export_rows", "held", { heldMs: 8_000 });

const NO_ANSWERS = { answerOf: () => undefined, statusOf: () => undefined, subscribe: () => () => {}, version: () => 0 };

/** Every example, on a thread in which nothing has happened. */
function All({ transport }: { readonly transport: Transport }): ReactElement {
  return (
    <>
      <Conversation transport={transport} />
      <ThreadWithOwnHistory transport={transport} />
      <Question approvalId="none" />
      <Arguments call={EXPORT} schema={{ type: "object", properties: { table: { type: "string" } } }} />
      <Rows control={openControl(EXPORT)} />
      <LargeQuestion approvalId="none" />
      <Write transport={transport} />
      <Draft />
      <Files upload={async () => ({ id: "1", url: "/1" })} />
      <Ways ways={["one", "two"]} />
      <Deleting remove={() => {}} />
      <PutAway message={MESSAGE} />
      <Painted message={MESSAGE} />
      <PaintedById id={MESSAGE.id} />
      <Words message={MESSAGE} />
      <Reliable id={MESSAGE.id} />
      <Deploy id={MESSAGE.id} deploy={() => {}} />
      <Insert message={MESSAGE} insert={() => {}} />
      <Used message={MESSAGE} />
      <Corrected message={MESSAGE} />
      <Call id="none" />
      <Done id="none" />
      <Held call={EXPORT} />
      <Announced />
      <Scrolled count={1}>
        <Keyed stop={() => {}}>Conversation</Keyed>
      </Scrolled>
      <Grouped transport={transport} />
      <Form part={textPart('{"address":{"city":"Oslo"}}', { kind: "structured" })} />
      <Spoken id={MESSAGE.id} say={() => {}} />
      <Figures id={MESSAGE.id} />
      <Bill message={MESSAGE} />
      <Watched transport={transport} />
      <Announcement isVisible />
      <Waiting since={0} />
      <OfAnotherClient messages={[]} transport={NO_ANSWERS} statusOf={() => ({ status: "complete" })} />
      <GatesOfAnotherClient messages={[MESSAGE]} decide={() => {}}>
        <Question approvalId="none" />
      </GatesOfAnotherClient>
    </>
  );
}

test("the examples on the pages of hooks draw what they say", async () => {
  const transport = createScriptedTransport(scripts.complete);
  const { container } = await render(
    <SessionProvider session={createSession({ transport })}>
      <All transport={transport} />
    </SessionProvider>,
  );
  for (const words of ["Ask", "Runs in 8 s", "Drain the pool first.", "Oslo", "Deploy", "More", "send"]) {
    expect(container.textContent).toContain(words);
  }
});
