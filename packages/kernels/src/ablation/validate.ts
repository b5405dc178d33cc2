import { KernelsError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import { sizeOf } from '../tail/shape.ts';
import type { AblationInput, TensorSource } from './contract.ts';

/** What a plan of any kind says of the runs it is for. */
export interface PlannedRun
  extends
    Pick<Plan, 'tail' | 'positions' | 'channels' | 'classes'>,
    Partial<Pick<StepPlan, 'given' | 'variantSteps'>> {}

/**
 * Checks that a run's tensors, values and classes fit its plan, before anything is computed.
 *
 * @throws KernelsError `invalid-input` where one does not; the signal's reason
 */
export function validateInput(plan: PlannedRun, input: AblationInput): void {
  throwIfAborted(input.signal);
  const { inputs, ablation } = input;
  if (!Number.isInteger(inputs) || inputs < 1) {
    throw new KernelsError('invalid-input', `Expected at least one input, got ${String(inputs)}.`);
  }
  const positions = plan.positions.reduce((product, length) => product * length, 1);
  expectLength('activation', input.activation, inputs * positions * plan.channels);
  expectLength('logits', input.logits, inputs * plan.classes);
  expectGiven(plan, input);
  if (ablation.kind === 'values') {
    const { length } = ablation.values;
    if (length !== plan.channels && length !== inputs * plan.channels) {
      throw new KernelsError(
        'invalid-input',
        `Expected one ablation value for each of the ${String(plan.channels)} channels ` +
          `(or for each channel of each input), got ${String(length)}.`,
      );
    }
    if (!ablation.values.every(Number.isFinite)) {
      throw new KernelsError('invalid-input', 'An ablation value is not finite.');
    }
  }
  if (typeof input.classes === 'object' && 'topK' in input.classes) {
    const { topK } = input.classes;
    if (!Number.isInteger(topK) || topK < 1) {
      throw new KernelsError('invalid-input', `topK is ${String(topK)}; ask for at least one class.`);
    }
  } else if (typeof input.classes !== 'string') {
    if (input.classes.length === 0) throw new KernelsError('invalid-input', 'The list of classes is empty.');
    for (const index of input.classes) {
      if (!Number.isInteger(index) || index < 0 || index >= plan.classes) {
        throw new KernelsError(
          'invalid-input',
          `Class ${String(index)} is out of range: the network has classes 0 to ${String(plan.classes - 1)}.`,
        );
      }
    }
  }
}

/** What a plan needs besides the activation. */
function expectGiven(
  { tail, given = [], variantSteps = [] }: PlannedRun,
  { inputs, constants, continueFrom }: AblationInput,
): void {
  for (const { node } of given) {
    const { name = '', shape = [] } = tail.nodes[node] ?? {};
    if (node === tail.target) continue;
    const source = constants?.get(node);
    if (!source) {
      throw new KernelsError(
        'invalid-input',
        `The tail reads "${name}" (node ${String(node)}), which does not depend on the target; give its value in \`constants\`.`,
      );
    }
    expectLength(`"${name}"`, source, inputs * sizeOf(shape));
  }
  const fallback = variantSteps.find(({ kind }) => kind === 'fallback');
  if (fallback?.kind === 'fallback' && !continueFrom) {
    throw new KernelsError(
      'unsupported-tail',
      `The tail has operations without a rule (${fallback.reasons.join('; ')}), and nobody was named to evaluate them; ` +
        'give `continueFrom` or choose a later target layer.',
    );
  }
}

/** Does nothing unless the signal is aborted. @throws the signal's reason */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}

function expectLength(name: string, source: TensorSource, length: number): void {
  const actual = source instanceof Float32Array ? source.length : source.size / 4;
  // A GPU buffer may be padded; an array may not.
  if (source instanceof Float32Array ? actual !== length : actual < length) {
    throw new KernelsError(
      'invalid-input',
      `Expected ${String(length)} values of ${name} for this plan, got ${String(actual)}.`,
    );
  }
}
