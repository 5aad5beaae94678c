"use client";
import { createContext, useContext, type Context, type ReactElement } from "react";
import type { AssistantMessage } from "@unsay/core";
import { Button } from "../button/button.js";
import { answerWords, type AnswerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";
import type { MessageActionName } from "./status-line.copy.js";

type Handler = (message: AssistantMessage) => void;

/** What can be asked of an answer. A button stands there only where its handler does. */
export interface MessageActions {
  readonly onContinue?: Handler | undefined;
  readonly onRedirect?: Handler | undefined;
  readonly onRegenerate?: Handler | undefined;
  readonly onRetry?: Handler | undefined;
  readonly onReconnect?: Handler | undefined;
  readonly onStop?: Handler | undefined;
  readonly onLetRun?: Handler | undefined;
  readonly onKeepWaiting?: Handler | undefined;
  readonly onReveal?: Handler | undefined;
}

/** Handlers for every answer below; props of a component win over it. */
export const MessageActionsContext: Context<MessageActions> = createContext<MessageActions>({});

const ACTION_PROPS: ReadonlySet<string> = new Set<keyof MessageActions>([
  "onContinue",
  "onRedirect",
  "onRegenerate",
  "onRetry",
  "onReconnect",
  "onStop",
  "onLetRun",
  "onKeepWaiting",
  "onReveal",
]);

/** Parts the handlers of an answer from the props of an element, which must not get them. */
export function takeActions<Props extends MessageActions>(props: Props): readonly [MessageActions, Omit<Props, keyof MessageActions>] {
  const actions: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(props)) (ACTION_PROPS.has(name) ? actions : others)[name] = value;
  return [actions, others as Omit<Props, keyof MessageActions>];
}

export function useMessageActions(own: MessageActions): MessageActions {
  const shared = useContext(MessageActionsContext);
  const given = Object.entries(own).filter(([, handler]) => handler !== undefined);
  return { ...shared, ...Object.fromEntries(given) };
}

const HANDLERS: Record<MessageActionName, keyof MessageActions> = {
  continue: "onContinue",
  redirect: "onRedirect",
  regenerate: "onRegenerate",
  retry: "onRetry",
  reconnect: "onReconnect",
  stop: "onStop",
  sendStopAgain: "onStop",
  letRun: "onLetRun",
  keepWaiting: "onKeepWaiting",
  reveal: "onReveal",
};

function labelOf(name: MessageActionName, strings: AnswerWords, hiddenWords: number): string {
  if (name === "sendStopAgain") return strings.action.sendAgain;
  return name === "reveal" ? strings.action.reveal(hiddenWords) : strings.action[name];
}

export interface ActionButtonsProps {
  readonly message: AssistantMessage;
  readonly names: readonly MessageActionName[];
  readonly actions: MessageActions;
  readonly hiddenWords?: number;
}

/** The buttons whose handlers are there. Renders nothing around them. */
export function ActionButtons({ message, names, actions, hiddenWords = 0 }: ActionButtonsProps): ReactElement[] {
  const strings = useWords(answerWords);
  return names.flatMap((name) => {
    const handler = actions[HANDLERS[name]];
    if (handler === undefined) return [];
    return [
      <Button key={name} data-action={name} onClick={() => handler(message)}>
        {labelOf(name, strings, hiddenWords)}
      </Button>,
    ];
  });
}
