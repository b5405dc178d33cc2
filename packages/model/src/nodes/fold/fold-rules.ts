import { broadcastDims, numbersOf, type ConstantTensor } from '../constant-tensor.ts';
import type { Dims } from '../layout.ts';
import { expanded, input, refused, reshapedTo, type Folded, type Folding } from './folding.ts';

/** What an operator computes of constants. */
export type FoldRule<Fold extends Folding> = (fold: Fold) => Folded;

/**
 * Returns what a node computes of constants by the rules of its format, or null where they have none for its operator.
 *
 * @throws ModelError `invalid-file` where the inputs contradict the operator, or give more values than a file may hold
 */
export function foldBy<Fold extends Folding>(
  rules: Readonly<Record<string, FoldRule<Fold>>>,
  fold: Fold,
): readonly ConstantTensor[] | null {
  const { type } = fold.node;
  const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
  if (!rule) return null;
  const results = rule(fold);
  return 'dims' in results ? [results] : results;
}

/** The first input in another shape. @param toDims null where it does not fit */
export function reshaped<Fold extends Folding>(
  toDims: (dims: Dims, fold: Fold) => Dims | null,
): FoldRule<Fold> {
  return (fold) => {
    const x = input(fold, 0);
    return reshapedTo(fold, x, toDims(x.dims, fold));
  };
}

/** The first input repeated to the shape that the second one says. */
export function foldBroadcast(fold: Folding): ConstantTensor {
  const x = input(fold, 0);
  const dims = broadcastDims(x.dims, numbersOf(input(fold, 1)));
  if (!dims) throw refused(fold.node, 'has a shape that does not fit');
  return expanded(fold, x, dims);
}

/** The second value where the first one is true, otherwise the third. */
export function chosen(condition = 0, a = 0, b = 0): number {
  return condition === 0 ? b : a;
}
