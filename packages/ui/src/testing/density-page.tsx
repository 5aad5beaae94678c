import { useEffect, useRef, useState, type ReactElement } from "react";
import { ApprovalGate } from "../approval/approval-gate.js";
import { Composer } from "../composer/composer.js";
import { HeadingLevelContext } from "../message/heading-level.js";
import { Message } from "../message/message.js";
import { UnsayRoot, type UnsayRootProps } from "../thread/unsay-root.js";
import { endedMessage, openControl, textPart, toolCall, userMessage } from "./messages.js";
import { tokensBehind, type Tokens } from "./read-tokens.js";
import { describeAtlasCall } from "./state-atlas.js";
import { measured, TokenPage, TokenTable } from "./token-page.js";

type Density = NonNullable<UnsayRootProps["density"]>;

const QUESTION = userMessage("Can I deploy this now?");
const ANSWER = endedMessage("complete", {
  parts: [textPart("Deploy in eu-west first, then ap-south.\n\nLeave us-east until the pool has drained.")],
});
const TICKET = openControl(toolCall("create_ticket", "awaiting-approval", { args: { project: "OPS" } }));

/** The same conversation in every density, and what each makes of the tokens. */
export function DensityPage({ tokens }: { readonly tokens: Tokens }): ReactElement {
  const { densities } = tokens;
  const names = (Object.keys(densities) as Density[]).toSorted((a, b) => Number(densities[a]) - Number(densities[b]));
  const hanging = [...tokensBehind("density", tokens), ...tokens.all.filter(({ name }) => name === "target")];
  const looks = useRef<HTMLDivElement>(null);
  const [sizes, setSizes] = useState<readonly (readonly string[])[]>([]);
  useEffect(() => {
    const roots = Array.from(looks.current?.querySelectorAll(":scope > section > .unsay-root") ?? []);
    setSizes(hanging.map(({ name }) => roots.map((root) => measured(root, name))));
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the tokens are those of the sheet, which stays
  }, []);
  return (
    <TokenPage
      side={
        <TokenTable
          caption="Density"
          head={["Token", ...names]}
          rows={[
            ["density", ...names.map((name) => densities[name] ?? "")],
            ...hanging.map(({ name }, row) => [name, ...(sizes[row] ?? [])]),
          ]}
        />
      }
    >
      <div ref={looks} style={{ display: "grid", gap: 20 }}>
        {names.map((name) => (
          <section key={name} aria-label={name}>
            <h2 className="token-name">{name}</h2>
            <UnsayRoot density={name} style={{ display: "grid", gap: "var(--unsay-message-gap)", maxInlineSize: "var(--unsay-measure)" }}>
              <Message message={QUESTION} />
              <Message message={ANSWER} />
              <HeadingLevelContext.Provider value={2}>
                <ApprovalGate control={TICKET} describeCall={describeAtlasCall} />
              </HeadingLevelContext.Provider>
              <Composer status="ready" onSubmit={() => {}} />
            </UnsayRoot>
          </section>
        ))}
      </div>
    </TokenPage>
  );
}
