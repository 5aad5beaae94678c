import { memo, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { textOf, type Message, type Session } from "@unsay/core";
import { useThread, useThreadGroups, type ThreadGroup } from "@unsay/react";
import { MessageGroups } from "@unsay/ui";
import styles from "@unsay/ui/styles.css";
import { commitInTask, createPushedRun } from "../../lib/pushed-run.ts";
import { Row } from "../../lib/row.jsx";
import type { ThreadMessage } from "../../workloads/thread.ts";

const MessageRow = memo(function MessageRow({ message }: { readonly message: Message }): ReactNode {
  return <Row id={message.id} role={message.role} text={message.role === "user" ? message.text : textOf(message)} />;
});

const drawGroup = ({ items }: ThreadGroup): ReactNode => items.map(({ message }) => <MessageRow key={message.id} message={message} />);

/** Session, selectors and groups of the kit, with the harness's own rows: as much of it as the peers show of theirs. */
export default {
  name: "unsay thread + memo rows",
  mount(el: HTMLElement, history: readonly ThreadMessage[]) {
    const root = createRoot(el);
    const run = createPushedRun(history);
    let session: Session | undefined;
    function App(): ReactNode {
      const thread = useThread({ id: "th", transport: run.transport, scheduleCommit: commitInTask });
      ({ session } = thread);
      return <MessageGroups groups={useThreadGroups(thread.pages)}>{drawGroup}</MessageGroups>;
    }
    root.render(
      <>
        <style>{styles}</style>
        <App />
      </>,
    );
    return {
      async start() {
        session?.send("go");
        await new Promise((resolve) => setTimeout(resolve, 50));
      },
      push: run.push,
      end: run.end,
      unmount: () => root.unmount(),
    };
  },
};
