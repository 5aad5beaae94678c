/** About a thousand words on taking things back, for everything that needs a long answer. */
export const LONG_ANSWER = `## Where undo comes from

Undo looks like the most natural thing a computer can do, and for a long time almost none of them did it. To take something back, a system must remember what was there before, know which of the many things that happened counts as "one step", and be honest about the steps it cannot reverse. Each of these turned out to be harder than it looks.

### Paper had it first

Clerks in the nineteenth century did not erase. A wrong entry in a ledger was struck through with a ruler, so that it stayed legible, and the right one was written beside it with initials and a date. The rule had a purpose: whoever read the book later had to be able to see that something had been changed, by whom, and what had stood there before. An erased figure was worse than a wrong one, because a wrong figure could be explained.

Proof-readers worked in the same spirit. A correction has two places on a proof sheet: a mark in the line, to say where, and a sign in the margin, to say what. A reader who only skims the margin still sees that the page has changed.

### The first commands

Research systems of the late 1960s and the 1970s brought the idea to the screen. Some kept a log of every keystroke so that a crashed session could be replayed; reversing a step was a by-product. Others stored a copy of the text before each command. Memory was the limit. A copy of a page cost more than many machines could spare, so one step back was all there was, and the second press of the key brought the change back again.

Three ideas made it practical:

1. **Commands as objects.** If every change is a small thing that knows how to do and how to reverse itself, a list of them is a history.
2. **Structure sharing.** Two versions of a long text are nearly the same. A tree that shares what did not change makes a version cost as much as the change, not as much as the text.
3. **Grouping.** Nobody wants to take back one letter at a time. Editors learned to join keystrokes into words and words into pauses.

### What cannot be taken back

The history of undo is also a history of pretending. A dialog that offers *Cancel* while the file has already been written, a mail client that says *Unsend* and means *we waited ten seconds before sending*, a shop that lets you remove an item which has been packed: in each of them the word promises more than the machine can hold.

There is a simple test. Ask what is different in the world after the button was pressed, compared with a world in which the first action never happened.

| Action | What undo can do | What stays |
| --- | --- | --- |
| Typing a word | restore the text exactly | nothing |
| Moving a file | move it back | a timestamp, perhaps a notification |
| Sending an e-mail | send a second one | the first one, in every inbox |
| Charging a card | refund it | two lines on a statement |
| Saying a sentence aloud | correct it | that it was heard |

The further down the table, the more undo turns into *compensation*: a new act that makes up for the old one and leaves a trace of both. Databases have a name for chains of such acts, and accountants have had one for five hundred years.

### Answers that are still being written

A streaming answer belongs somewhere in the middle of that table. Its text is on the screen before its author has finished thinking. If the last sentence takes back the first, a reader who left after the first has learned something false; and if the stream simply stops, a sentence that was meant to go on may read like a conclusion.

Consider a reply that begins like this:

> Yes, you can deploy this change safely

and was going to continue with *except in us-east, where the pool has not drained*. Nothing in the visible half says that it is half. A full stop is not even missing, because many people do not write one in chat.

So the old rules apply again, one for one:

- *Strike through, do not erase.* A correction keeps what stood there within reach.
- *Mark the place and the margin.* The sentence changes where it stands, and the top of the answer says that something has changed.
- *Say who and why.* A reason in one line is enough.
- *Never call an unfinished page finished.* The word "complete" belongs to whoever wrote the text, not to whoever lost the connection.

### A small model

It helps to write the states down. An answer is waiting, being written, cut, whole, or whole and corrected since:

\`\`\`ts
type Status = "pending" | "streaming" | "truncated" | "complete" | "revised";

function next(status: Status, event: "text" | "end" | "cut" | "revise"): Status {
  switch (event) {
    case "text": return status === "pending" ? "streaming" : status;
    case "cut": return "truncated";
    case "end": return "complete";
    case "revise": return status === "complete" ? "revised" : status;
  }
}
\`\`\`

There is no arrow from silence to *complete*. A connection that closes, a timer that runs out, a tab that is reopened the next morning: none of them knows what the author was going to say, so none of them may decide that it was everything.

### What to remember

Undo works when it is cheap, when its steps match what people think of as one action, and when it does not lie about its limits. Where something can be restored, restore it. Where it can only be made up for, show both acts. And where nobody knows what happened, say so: *we could not confirm it* is a better sentence than a confident one that turns out to be wrong.`;
