import { parseArgs } from 'node:util';
import { dieAt, failEveryPoint, type FaultOptions, type FaultReport } from './fail-every-point.ts';
import type { Strike } from './follow.ts';
import { killedProcess } from './killed-process.ts';
import { faultLines, violationsOf } from './report.ts';
import type { Scenario } from './scenario.ts';

const HELP = `pnpm test:faults -- [--sample N] [--seed N] [--only NAMES] [--at TEXT]

Runs what a package does once with each fault at each point at which it can happen, and looks at what follows.
  --sample N   only so many faults of each scenario, drawn at random
  --seed N     draws others (1)
  --only NAMES only scenarios with one of these, between semicolons, in their name
  --at TEXT    only faults with this in "FAULT at PLACE (TIME)"
  --once       each fault once at a place in the sources, however often a run comes there
  --part I/N   only the Ith of N parts of the faults, from 0: long runs can be made bit by bit
  --kill       really kills processes, each one of its own, where a fault is that one is killed
  --browser    of the viewer alone: in a worker of a headless Chromium, with --sample, --seed and --at`;

/** A scenario of any result: results are only handed from its `run` to its `check`. */
export interface AnyScenario {
  readonly name: string;
  /** Makes what it runs on; returns the reason why that is not at hand, or null. */
  skipped?(): Promise<string | null>;
  failEveryPoint(options: FaultOptions): Promise<FaultReport>;
  /** Makes a strike that is the death of this process. */
  dieAt(strike: Strike): Promise<void>;
}

/** Lets scenarios of different results stand in one list; each is made when its turn comes. */
export function scenario<Result>(
  name: string,
  make: () => Omit<Scenario<Result>, 'name'> | Promise<Omit<Scenario<Result>, 'name'>>,
): AnyScenario {
  return {
    name,
    failEveryPoint: async (options) => failEveryPoint({ name, ...(await make()) }, options),
    dieAt: async (strike) => {
      await dieAt({ name, ...(await make()) }, strike, () => process.kill(process.pid, 'SIGKILL'));
    },
  };
}

/** After so many faults it is said how many are done. */
const TOLD_EVERY = 100;

/** Carries out a command line; the exit code is 0 only where there was no violation, and something to be done. @param args without the program */
export async function faultCommand(
  scenarios: readonly AnyScenario[],
  args: readonly string[],
  print: (line: string) => void = console.log,
): Promise<void> {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      sample: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      at: { type: 'string' },
      part: { type: 'string' },
      once: { type: 'boolean' },
      kill: { type: 'boolean' },
      // What `--kill` gives to the processes that it starts.
      die: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    print(HELP);
    return;
  }
  const only = (values.only ?? '').split(';');
  if (values.die !== undefined) {
    const strike = JSON.parse(values.die) as Strike;
    const dying = scenarios.find(({ name }) => name === values.only);
    await dying?.skipped?.();
    await dying?.dieAt(strike);
    return;
  }
  let [points, faults, violations, skipped] = [0, 0, 0, 0];
  const known = new Set<string>();
  for (const one of scenarios.filter(({ name }) => only.some((part) => name.includes(part)))) {
    const reason = (await one.skipped?.()) ?? null;
    if (reason !== null) {
      print(`${one.name}: skipped, ${reason}`);
      skipped++;
      continue;
    }
    const report = await one.failEveryPoint({
      known,
      ...(values.sample !== undefined && {
        sample: { strikes: Number(values.sample), seed: Number(values.seed ?? 1) },
      }),
      ...(values.at !== undefined && { at: values.at }),
      ...(values.part !== undefined && { part: partOf(values.part) }),
      ...(values.once && { oncePerSite: true }),
      ...(values.kill && { kill: (strike) => killedProcess(one.name, strike) }),
      onDone: (done, all) => {
        if (done % TOLD_EVERY === 0) print(`${one.name}: ${done} of ${all} faults`);
      },
    });
    for (const line of faultLines(report)) print(line);
    points += report.points;
    for (const count of report.strikes.values()) faults += count;
    violations += violationsOf(report);
  }
  print(`${points} points, ${faults} faults, ${violations} violations`);
  process.exitCode = violations === 0 && faults + skipped > 0 ? 0 : 1;
}

function partOf(text: string): [number, number] {
  const [, i = '', n = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (Number(i) < Number(n)) return [Number(i), Number(n)];
  throw new RangeError(`--part ${text}: expected I/N with I below N, such as 0/4.`);
}
