import type { Ceilings } from '../results/result.ts';
import type { ExecutorLabel, BenchStrategy } from '../strategies/strategy.ts';

/** What kernels reach of an adapter's multiply-add ceiling, roughly, before anything was measured. */
const SHARES: Partial<Record<ExecutorLabel, number>> = { 'tfjs-webgpu': 0.012, webgpu: 0.15 };

/** How long runs will take, from what was measured on the same case: larger runs are foretold from smaller ones. */
export class Pace {
  /** Milliseconds a multiply-add, by executor and by what is run: a tail, or a whole network. */
  readonly #measured = new Map<string, number>();
  readonly #ceilings: Ceilings | null;

  constructor(ceilings: Ceilings | null) {
    this.#ceilings = ceilings;
  }

  /** About how long a strategy takes for so many multiply-adds; 0 where nothing is known. */
  expectedMs(strategy: BenchStrategy, operations: number): number {
    const measured = this.#measured.get(keyOf(strategy));
    if (measured !== undefined) return measured * operations;
    const share = SHARES[strategy.executor];
    if (!this.#ceilings || share === undefined) return 0;
    return (2 * operations) / (share * this.#ceilings.multiplyAddGFLOPs * 1e6);
  }

  /** Takes note of a run that did not compile. */
  learn(strategy: BenchStrategy, operations: number, ms: number): void {
    if (operations > 0) this.#measured.set(keyOf(strategy), ms / operations);
  }
}

function keyOf({ executor, from }: BenchStrategy): string {
  return `${executor} ${from}`;
}
