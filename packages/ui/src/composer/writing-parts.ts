/** What is written besides a message: files, the queue, changes of what was sent, other ways to send. In one file that is fetched on demand. */
export { AttachmentsHost } from "./attachments-host.js";
export { Attachments } from "./attachments.js";
export { EditMessage } from "./edit-message.js";
export { FollowUpMenu } from "./follow-up-menu.js";
export { QueueTray } from "./queue-tray.js";
