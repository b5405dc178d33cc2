import { parseArgs } from 'node:util';
import { failEveryPoint, type FaultReport } from './fail-every-point.ts';
import { faultLines, violationsOf } from './report.ts';
import type { Scenario } from './scenario.ts';

const HELP = `pnpm test:faults -- [--sample N] [--seed N] [--only NAMES] [--at TEXT]

Runs what a package does once with each fault at each point at which it can happen, and looks at what follows.
  --sample N   only so many faults of each scenario, drawn at random
  --seed N     draws others (1)
  --only NAMES only scenarios with one of these, between semicolons, in their name
  --at TEXT    only faults with this in "FAULT at PLACE (TIME)"`;

/** A scenario of any result: results are only handed from its `run` to its `check`. */
export interface AnyScenario {
  readonly name: string;
  failEveryPoint(options: Parameters<typeof failEveryPoint>[1]): Promise<FaultReport>;
}

/** Lets scenarios of different results stand in one list; each is made when its turn comes. */
export function scenario<Result>(
  name: string,
  make: () => Omit<Scenario<Result>, 'name'> | Promise<Omit<Scenario<Result>, 'name'>>,
): AnyScenario {
  return {
    name,
    failEveryPoint: async (options) => failEveryPoint({ name, ...(await make()) }, options),
  };
}

/** Carries out a command line; the exit code is 0 only where there was no violation. @param args without the program */
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
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    print(HELP);
    return;
  }
  const strikes = values.sample === undefined ? undefined : Number(values.sample);
  const seed = Number(values.seed ?? 1);
  let [points, faults, violations] = [0, 0, 0];
  const only = (values.only ?? '').split(';');
  for (const one of scenarios.filter(({ name }) => only.some((part) => name.includes(part)))) {
    const report = await one.failEveryPoint({
      ...(strikes !== undefined && { sample: { strikes, seed } }),
      ...(values.at !== undefined && { at: values.at }),
    });
    for (const line of faultLines(report)) print(line);
    points += report.points;
    for (const count of report.strikes.values()) faults += count;
    violations += violationsOf(report);
  }
  print(`${points} points, ${faults} faults, ${violations} violations`);
  process.exitCode = violations === 0 && faults > 0 ? 0 : 1;
}
