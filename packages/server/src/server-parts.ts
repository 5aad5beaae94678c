import { Limits } from "./access/limits.js";
import { CommandInbox } from "./command/command-inbox.js";
import { CommandDesk } from "./command/command-desk.js";
import { LateRuns } from "./run/late-runs.js";
import { LiveRuns } from "./run/live-runs.js";
import { Records } from "./run/records.js";
import { RunStarter } from "./run/run-starter.js";
import { RunStreams } from "./run/run-streams.js";
import { Sweeper } from "./run/sweeper.js";
import type { Settings } from "./settings.js";

/** What one server consists of, and what each route needs. */
export interface ServerParts {
  readonly settings: Settings;
  readonly live: LiveRuns;
  readonly records: Records;
  readonly streams: RunStreams;
  readonly desk: CommandDesk;
  readonly inbox: CommandInbox;
  readonly sweeper: Sweeper;
  readonly limits: Limits;
  readonly starter: RunStarter;
}

export function createServerParts(settings: Settings): ServerParts {
  const live = new LiveRuns();
  const late = new LateRuns();
  const records = new Records(settings, live);
  const limits = new Limits(settings.limits, settings.clock);
  const streams = new RunStreams(settings, records, limits);
  const desk = new CommandDesk(settings, live, late);
  const inbox = new CommandInbox({ settings, live, obey: (command, record) => desk.obeyHere(command, record) });
  const starter = new RunStarter({
    settings,
    live,
    late,
    records,
    stop: (run, command) => desk.stop(run, command),
    limits,
    onStarted: () => inbox.open(),
    onEnded: (run) => {
      streams.forget(run);
      inbox.rest();
    },
  });
  return { settings, live, records, streams, desk, inbox, limits, sweeper: new Sweeper(settings, records), starter };
}
