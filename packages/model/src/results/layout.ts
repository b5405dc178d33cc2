import { rowBytes, type ArraySpec, type DataType } from './array-spec.ts';
import type { PlannedMethod, SetPlan } from './set-plan.ts';
import { listRows } from './shards.ts';

/** Of more classes only the likeliest are kept. */
const MOST_CLASSES = 100;
/** So many of them. */
export const TOP_CLASSES = 5;

/** What an element of `state` says of its sample. */
export const STATE = { missing: 0, explained: 1, failed: 2 } as const;

const one = (path: string, type: DataType): ArraySpec => ({ path, type, shape: [], dimensions: [] });

/** What samples are called: written before anything is computed, so that workers need not list the data. */
export const SOURCE = one('source', 'string');
/** The true classes, written with `SOURCE`; -1 where nobody says. */
export const LABEL = one('label', 'int32');
/** Written last: where its chunk is there, the shard is done. */
export const STATES = one('state', 'uint8');
/** Why a sample could not be explained; empty where it was. */
export const ERROR = one('error', 'string');
/** The beginning of the SHA-256 of what was read, so that a file that was changed is seen; zeros where nothing could be. */
export const CONTENT: ArraySpec = { path: 'content', type: 'uint8', shape: [8], dimensions: ['byte'] };
/** The likeliest class; -1 where there is none. */
export const PREDICTED = one('predicted', 'int32');

/** The array of the probabilities of all classes, where they are kept. */
export const PROBABILITIES = 'probabilities';
/** The array of the logits of all classes, where they are kept. */
export const LOGITS = 'logits';
/** The array of the likeliest classes, where only they are kept. */
export const TOP_CLASS = 'top_class';
/** The array of their scores. */
export const TOP_SCORE = 'top_score';

/** Returns the arrays that shards are written to, `state` last. */
export function computedArrays(
  plan: Pick<SetPlan, 'classes' | 'scores' | 'methods' | 'options'>,
): ArraySpec[] {
  return [
    ERROR,
    CONTENT,
    PREDICTED,
    ...scoreArrays(plan),
    ...plan.methods.flatMap((m) => methodArrays(m, plan)),
    STATES,
  ];
}

/** Returns all arrays of a result: those that are written when it is begun, and those of `computedArrays`. */
export function resultArrays(plan: Pick<SetPlan, 'classes' | 'scores' | 'methods' | 'options'>): ArraySpec[] {
  return [SOURCE, LABEL, ...computedArrays(plan)];
}

/** Returns the rows of a chunk of an array. */
export function chunkRows(plan: Pick<SetPlan, 'data' | 'shard'>, { path }: Pick<ArraySpec, 'path'>): number {
  return path === SOURCE.path || path === LABEL.path ? listRows(plan) : plan.shard;
}

/** Whether only the likeliest classes are kept. */
export function keepsTop({ classes }: Pick<SetPlan, 'classes'>): boolean {
  return (classes ?? 0) > MOST_CLASSES;
}

/** Returns the array of the scores that are kept, of all classes or of the likeliest; null where none is. */
export function scoresPath(plan: Pick<SetPlan, 'classes' | 'scores'>): string | null {
  if (plan.scores === 'none' || plan.classes === null) return null;
  if (keepsTop(plan)) return TOP_SCORE;
  return plan.scores === 'probabilities' ? PROBABILITIES : LOGITS;
}

function scoreArrays(plan: Pick<SetPlan, 'classes' | 'scores'>): ArraySpec[] {
  const path = scoresPath(plan);
  if (path === null || plan.classes === null) return [];
  if (path === TOP_SCORE) {
    const row = { shape: [TOP_CLASSES], dimensions: ['rank'] };
    return [
      { path: TOP_CLASS, type: 'int32', ...row },
      { path, type: 'float32', ...row },
    ];
  }
  return [{ path, type: 'float32', shape: [plan.classes], dimensions: ['class'] }];
}

function methodArrays(
  { name, targets, channels, map }: PlannedMethod,
  { options }: Pick<SetPlan, 'options'>,
): ArraySpec[] {
  const array = (
    path: string,
    type: DataType,
    shape: readonly number[] = [],
    dimensions: readonly string[] = [],
  ): ArraySpec => ({
    path: `${name}/${path}`,
    type,
    shape: [targets.length, ...shape],
    dimensions: ['target', ...dimensions],
  });
  return [
    array('class', 'int32'),
    array('score', 'float32'),
    ...(channels === null ? [] : [array('weights', options.weights, [channels], ['channel'])]),
    array('map', 'float32', map, map.length === 2 ? ['y', 'x'] : map.map((_, axis) => `position_${axis}`)),
    ...(options.drop === undefined ? [] : [array('drop', 'float32'), array('increase', 'float32')]),
  ];
}

/** Returns the bytes that a sample takes before they are compressed. */
export function sampleBytes(plan: Pick<SetPlan, 'classes' | 'scores' | 'methods' | 'options'>): number {
  return resultArrays(plan).reduce((sum, spec) => sum + rowBytes(spec), 0);
}
