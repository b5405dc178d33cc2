import type { BenchCase } from './case.ts';
import { chain, dense, globalPooling, tailCase } from './tail-case.ts';

/**
 * A prediction above 0.9999: y and y_k are then nearly equal, and a loop in float32 subtracts one from the other. What is
 * left has few true digits, so its answer is refused; the plan carries falls of logits and keeps them.
 */
export const confidentCase: BenchCase = tailCase({
  name: 'confident',
  title: 'GAP, dense 10 (K = 512, 7x7), prediction above 0.9999: what float32 loses',
  sets: ['quick', 'full'],
  strategies: ['incremental', 'own-loop', 'masked-loop', 'one-batch'],
  isConfident: true,
  target: [7, 7, 512],
  build: (target) => chain(globalPooling(), dense(10, 'softmax'))(target),
  seed: 31,
  gain: 1,
  lead: 13,
});
