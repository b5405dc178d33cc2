import type { FaultReport } from './fail-every-point.ts';

/** A report as lines for a terminal. */
export function faultLines(report: FaultReport): string[] {
  const { name, points, sites, had, strikes, recovered, refused, killed, missed, violations, elapsedMs } =
    report;
  const all = [...strikes.values()].reduce((sum, count) => sum + count, 0);
  const ends = [
    `${recovered} recovered`,
    ...(refused.size > 0 ? [`refused: ${listed(refused)}`] : []),
    ...(killed > 0 ? [`${killed} killed`] : []),
    ...(had > 0 ? [`${had} were made before`] : []),
    ...(missed > 0 ? [`${missed} missed their point`] : []),
  ];
  return [
    `${name}: ${points} points at ${sites} places, ${all} faults (${listed(strikes)}) in ${(elapsedMs / 1000).toFixed(1)} s`,
    `  ${ends.join('; ')}; ${violationsOf(report)} violations`,
    ...[...violations].flatMap(([what, when]) => [
      `  ${when.length} times ${what}`,
      ...when.slice(0, SHOWN).map((fault) => `    ${fault}`),
    ]),
  ];
}

/** Faults after each kind of violation that are shown. */
const SHOWN = 4;

export function violationsOf({ violations }: FaultReport): number {
  return [...violations.values()].reduce((sum, { length }) => sum + length, 0);
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}
