import { bounded } from "../shared/bounded.js";
import { BadEvent, isObject, kindOf, listOf, objectOf, stringOf } from "../shared/fields.js";
import type { RunWriter } from "../shared/run-writer.js";
import type { LangGraphTools } from "./tools.js";

interface Request {
  readonly name: string;
  readonly args: unknown;
  readonly title: string | undefined;
  /** It is about a call that the model made. */
  readonly isAction: boolean;
}

/** The open questions of a run. One may be told of several times, by each mode that the host asked for. */
export class Interrupts {
  readonly #run: RunWriter;
  readonly #tools: LangGraphTools;
  readonly #open = new Map<string, string>();

  constructor(run: RunWriter, tools: LangGraphTools) {
    this.#run = run;
    this.#tools = tools;
  }

  /** Ids of the approvals, by which the next run answers them. */
  get open(): readonly string[] {
    return [...this.#open.values()];
  }

  /** The list under `__interrupt__`. An empty one is a breakpoint: the graph waits and asks nothing. */
  read(interrupts: unknown): void {
    if (!Array.isArray(interrupts)) throw new BadEvent(`\`__interrupt__\` must be a list; found ${kindOf(interrupts)}.`);
    if (interrupts.length === 0 && this.#open.size === 0) this.ask("breakpoint", undefined);
    for (const interrupt of interrupts) {
      if (!isObject(interrupt)) throw new BadEvent(`An interrupt must be an object; found ${kindOf(interrupt)}.`);
      const id = stringOf(interrupt["id"] ?? interrupt["interrupt_id"]) ?? listOf(interrupt["ns"]).join("|");
      this.ask(id === "" ? `interrupt.${JSON.stringify(bounded(interrupt["value"]) ?? null).slice(0, 200)}` : id, interrupt["value"]);
    }
  }

  ask(id: string, value: unknown): void {
    if (this.#open.has(id)) return;
    const requests = requestsOf(id === "breakpoint" ? {} : value);
    const items = requests.map((request, at) => this.#itemOf(requests.length === 1 ? id : `${id}.${at + 1}`, request));
    this.#open.set(id, id);
    this.#run.write({ type: "approval.request", approval: id, items, options: ["once"], editable: false, expiresInMs: null });
  }

  #itemOf(id: string, { name, args, title, isAction }: Request): { readonly call: string; readonly argsHash: string } {
    const known = isAction ? this.#tools.findLike(name, args) : undefined;
    const call = known ?? this.#tools.createQuestion(id, name, title, args);
    call.isAsked = true;
    return { call: call.id, argsHash: call.argsHash ?? "" };
  }
}

/** What an interrupt asks: actions of the model, as LangChain's middleware words them, or whatever the graph wrote. */
function requestsOf(value: unknown): readonly Request[] {
  const middleware = listOf(objectOf(value)["action_requests"] ?? objectOf(value)["actionRequests"]);
  const earlier = (Array.isArray(value) ? value : [value]).flatMap((item) => objectOf(item)["action_request"] ?? []);
  const actions = [...middleware, ...earlier].map(objectOf);
  if (actions.length === 0) return [{ name: "interrupt", args: isObject(value) ? value : { value }, title: undefined, isAction: false }];
  return actions.map((action) => ({
    name: stringOf(action["name"] ?? action["action"]) ?? "interrupt",
    args: action["args"] ?? action["arguments"] ?? {},
    title: stringOf(action["description"]),
    isAction: true,
  }));
}
