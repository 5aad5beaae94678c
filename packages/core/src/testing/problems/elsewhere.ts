import type { ProblemElsewhere } from "./problem.js";

/** The problems that a client alone can't show honestly: a script would only claim what a server has to prove. */
export const problemsElsewhere: readonly ProblemElsewhere[] = [
  {
    id: "r2",
    title: "The voice that talks on",
    why: "Needs a voice and a microphone, and a server that cuts the model’s context to what was heard. The queue of sentences is `useSpokenText`.",
  },
  {
    id: "r5",
    title: "Stop that stops nothing",
    why: "Whether the model stops generating is decided and proved behind the server, at the provider’s own connection.",
  },
  {
    id: "r21",
    title: "The mail that was already sent",
    why: "Receipts are worth something only if a server has stored them before the answer went on.",
  },
  { id: "r22", title: "Deployments in the middle of an answer", why: "Needs two servers with one store, and a shutdown between them." },
  {
    id: "r24",
    title: "It acted before you said yes",
    why: "The gate is the server’s: a scripted one would run whatever the script says. Pick one of the scenarios with a confirmation instead.",
  },
  {
    id: "r26",
    title: "The guard that was late",
    why: "What may not be read has to be held back before the socket. In a browser it has already arrived.",
  },
  { id: "r30", title: "The database that looked like a slow model", why: "It is about the connections of a server under load." },
];
