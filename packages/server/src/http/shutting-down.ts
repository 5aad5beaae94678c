import { HttpProblem } from "./problem.js";

export function shuttingDown(): HttpProblem {
  return new HttpProblem(503, {
    code: "run-not-live",
    message: "The server is shutting down and takes nothing new. Ask again in a moment; another process may answer.",
    retryable: true,
    retryAfterMs: 2_000,
    userMessage: "The server is restarting.",
  });
}
