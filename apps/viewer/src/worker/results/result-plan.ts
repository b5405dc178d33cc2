import type { ResultMethod } from '../../protocol/results.ts';

/** What is read of the attribute that `explain-set` gives its results. */
export interface ResultPlan {
  readonly version: 1;
  readonly model: { readonly source: string };
  readonly data: { readonly count: number };
  /** Samples of a chunk. */
  readonly shard: number;
  readonly classNames: readonly string[];
  readonly classes: number | null;
  readonly scores: 'probabilities' | 'logits' | 'none';
  readonly methods: readonly ResultMethod[];
}

/** Returns the plan in the attributes of a Zarr group, or null where there is none that this version reads. */
export function planIn(attributes: unknown): ResultPlan | null {
  const plan = field(attributes, 'ablation_cam');
  const isPlan =
    field(plan, 'version') === 1 &&
    typeof field(field(plan, 'model'), 'source') === 'string' &&
    isSize(field(field(plan, 'data'), 'count')) &&
    isSize(field(plan, 'shard')) &&
    isListOf(field(plan, 'classNames'), (name) => typeof name === 'string') &&
    isListOf(field(plan, 'methods'), isMethod);
  return isPlan ? (plan as ResultPlan) : null;
}

function isMethod(value: unknown): boolean {
  const channels = field(value, 'channels');
  return (
    typeof field(value, 'name') === 'string' &&
    isListOf(field(value, 'targets'), (target) => typeof target === 'string') &&
    (channels === null || isSize(channels)) &&
    isListOf(field(value, 'map'), isSize)
  );
}

function isSize(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
