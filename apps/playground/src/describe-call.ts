import type { DescribeCall } from "@unsay/ui";

/** The office's words for its tools. Every argument is shown: what is approved is what stands here. */
export const describeCall: DescribeCall = (call) => {
  const args = isRecord(call.args) ? call.args : {};
  switch (call.name) {
    case "create_ticket":
      return {
        title: `Create 1 ticket in ${textOf(args["project"])}?`,
        facts: [
          { label: "Title", value: textOf(args["title"]) },
          { label: "After", value: "The team sees it at once. It can be closed, not deleted." },
        ],
        approveLabel: "Create once",
        rejectLabel: "Don’t create",
      };
    case "send_email": {
      const to = Array.isArray(args["to"]) ? args["to"].map(textOf) : [];
      return {
        title: `Send this e-mail to ${to.length} ${to.length === 1 ? "person" : "people"} outside the company?`,
        facts: [
          { label: "To", value: to.join(", ") },
          { label: "After", value: "Can’t be unsent" },
        ],
        preview: `Subject: ${textOf(args["subject"])}\n\n${textOf(args["body"])}`,
        approveLabel: "Send once",
        rejectLabel: "Don’t send",
      };
    }
    default:
      return undefined;
  }
};

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
