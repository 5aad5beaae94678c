import { defineTool, type ToolSet } from "@unsay/server";
import { z } from "zod";

/** How often each tool really ran, and with what. The only witness that a gate can be checked against. */
export interface ToolLog {
  readonly counts: Readonly<Record<string, number>>;
  note(name: string, args: unknown): void;
  readonly entries: readonly { readonly name: string; readonly args: unknown }[];
}

export function createToolLog(): ToolLog {
  const entries: { readonly name: string; readonly args: unknown }[] = [];
  return {
    entries,
    note: (name, args) => void entries.push({ name, args }),
    get counts() {
      const counts: Record<string, number> = {};
      for (const { name } of entries) counts[name] = (counts[name] ?? 0) + 1;
      return counts;
    },
  };
}

const City = z.object({ city: z.string().min(1).max(80) });
const Order = z.object({ order: z.string().regex(/^[A-Z]{2}-\d{3,6}$/u) });
const Ticket = z.object({ project: z.string().min(1).max(20), title: z.string().min(1).max(200) });
const Email = z.object({ to: z.array(z.string().includes("@")).min(1).max(20), subject: z.string().max(200), body: z.string().max(5_000) });

const WEATHER: Readonly<Record<string, { readonly celsius: number; readonly sky: string }>> = {
  Ljubljana: { celsius: 11, sky: "rain from the south-west" },
  Oslo: { celsius: 4, sky: "clear, light wind" },
};

/** Tools of a small office. Nothing leaves the machine: each writes into the log and says what it would have done. */
export function createDemoTools(log: ToolLog): ToolSet {
  const tickets = { last: 11 };
  return {
    get_weather: defineTool({
      title: "Weather",
      description: "Current weather of a city.",
      inputSchema: City,
      effect: "read",
      parse: (args) => City.parse(args),
      target: (args) => args.city,
      execute(args: z.infer<typeof City>) {
        log.note("get_weather", args);
        return WEATHER[args.city] ?? { celsius: 9, sky: "cloudy" };
      },
    }),
    look_up_order: defineTool({
      title: "Look up order",
      description: "Status of an order by its number, such as AB-1043.",
      inputSchema: Order,
      effect: "read",
      parse: (args) => Order.parse(args),
      target: (args) => args.order,
      execute(args: z.infer<typeof Order>) {
        log.note("look_up_order", args);
        return { order: args.order, status: "packed", carrier: "North Post", etaDays: 2 };
      },
    }),
    create_ticket: defineTool({
      title: "Create ticket",
      description: "Creates a ticket in the issue tracker. Others see it at once.",
      inputSchema: Ticket,
      effect: "write",
      approval: true,
      parse: (args) => Ticket.parse(args),
      target: (args) => args.project,
      execute(args: z.infer<typeof Ticket>) {
        log.note("create_ticket", args);
        tickets.last += 1;
        return { id: `${args.project}-${tickets.last}` };
      },
      receipt: (output, args) => ({ summary: `ticket ${output.id} created: ${args.title}`, target: args.project, ref: output.id }),
    }),
    send_email: defineTool({
      title: "Send email",
      description: "Sends an e-mail. It can't be unsent.",
      inputSchema: Email,
      effect: "irreversible",
      parse: (args) => Email.parse(args),
      target: (args) => args.to.join(", "),
      execute(args: z.infer<typeof Email>) {
        log.note("send_email", args);
        return { accepted: args.to.length };
      },
      receipt: (output, args) => ({
        summary: `email “${args.subject}” sent to ${output.accepted} ${output.accepted === 1 ? "person" : "people"}`,
        target: args.to.join(", "),
      }),
    }),
  };
}
