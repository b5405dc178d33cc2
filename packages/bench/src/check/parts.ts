/** A part of a check, which runs in a process of its own: what breaks it leaves the others alone. */
export interface CheckPart {
  /** Of the file with what it printed. */
  readonly name: string;
  /** As the report has it. */
  readonly title: string;
  /** After so long it is asked to end, and soon afterwards ended. */
  readonly seconds: number;
  /** The program's arguments. @param folder where results go, ending in a slash */
  readonly command: (folder: string) => readonly string[];
}

/** Of a part that was asked to end, for what it has to write. */
export const GRACE_SECONDS = 10;

const MODELS_MINUTES = 2;
const BENCH_MINUTES = 4;

/** @param program where the bundles of the archive lie, ending in a slash */
export function checkParts(program: string): readonly CheckPart[] {
  const own = (name: string): readonly string[] => [`${program}check.js`, '--part', name];
  return [
    {
      name: 'tests',
      title: 'kernels in both layouts against one float64 evaluation a channel',
      seconds: 130,
      command: () => own('tests'),
    },
    {
      name: 'models',
      title: 'random models against the naive loop in float64',
      // Of these the last model may take a while.
      seconds: MODELS_MINUTES * 60 + 15,
      command: () => own('models'),
    },
    {
      name: 'bench',
      title: 'bench --full',
      seconds: BENCH_MINUTES * 60 + 5,
      command: (folder) => [
        `${program}main.js`,
        '--full',
        ...['--minutes', String(BENCH_MINUTES)],
        ...['--json', `${folder}results.json`],
        ...['--html', `${folder}results.html`],
      ],
    },
  ];
}

/** How many models, the first seed, and how long. */
export const CHECKED_MODELS = { models: 500, from: 1, step: 1, minutes: MODELS_MINUTES } as const;
