import type { AblationInput, TensorSource } from '../../ablation/contract.ts';
import { KernelsError } from '../../errors.ts';
import { BufferUsage } from '../../device/usage.ts';
import { resultLayout } from '../../plan/result-layout.ts';
import type { StepPlan } from '../../plan/step-plan.ts';
import type { BufferScope } from '../buffer-scope.ts';
import type { ChunkRequest } from '../chunked-ablation.ts';
import { chunkClasses } from '../class-table.ts';

const { storage, copySource, copyTarget } = BufferUsage;

/** What is to be known of a plan to make its buffers. */
type PlannedValues = Pick<
  StepPlan,
  'tail' | 'values' | 'slots' | 'given' | 'positions' | 'channels' | 'classes'
>;

/** What the steps of one chunk of inputs read and write. */
export interface ChunkBuffers {
  /** One for each value of the plan; values of one slot share a buffer. */
  readonly values: readonly GPUBuffer[];
  /** The chunk's part of the target's activation. */
  readonly activation: GPUBuffer;
  readonly logits: GPUBuffer;
  /** The classes that are explained, `[M]` or `[inputs, M]`. */
  readonly classIndices: GPUBuffer;
  /** As `resultLayout` has it. */
  readonly result: GPUBuffer;
}

/** Makes the buffers and fills in what comes with the run. */
export function chunkBuffers(
  plan: PlannedValues,
  input: AblationInput,
  chunk: ChunkRequest,
  scope: BufferScope,
  queue: GPUQueue,
  encoder: GPUCommandEncoder,
): ChunkBuffers {
  const { inputs, variants, firstInput, wanted, classTable } = chunk;
  const slots = plan.slots.map(({ perVariant, elements }, at) =>
    scope.create({
      label: `slot ${String(at)}`,
      byteLength: 4 * inputs * elements * (perVariant ? variants : 1),
      usage: storage | copySource | copyTarget,
    }),
  );
  const values = plan.values.map(({ slot }) => slots[slot]!);
  const fill = (target: GPUBuffer, source: TensorSource, elements: number): void => {
    const first = firstInput * elements;
    if (source instanceof Float32Array) {
      const part = source.subarray(first, first + inputs * elements);
      queue.writeBuffer(target, 0, part.buffer, part.byteOffset, part.byteLength);
    } else {
      encoder.copyBufferToBuffer(source, 4 * first, target, 0, 4 * inputs * elements);
    }
  };
  const make = (label: string, elements: number): GPUBuffer =>
    scope.create({ label, byteLength: 4 * elements, usage: storage | copySource | copyTarget });

  for (const { node, value } of plan.given) {
    const source = node === plan.tail.target ? input.activation : input.constants?.get(node);
    const elements = plan.values[value]?.elements ?? 0;
    if (!source) throw missing(plan, node, inputs * elements);
    fill(values[value]!, source, elements);
  }
  const positions = plan.positions.reduce((product, length) => product * length, 1);
  const activation = keptActivation(plan, values) ?? make('activation', inputs * positions * plan.channels);
  if (!values.includes(activation)) fill(activation, input.activation, positions * plan.channels);
  const logits = make('logits', inputs * plan.classes);
  fill(logits, input.logits, plan.classes);
  return {
    values,
    activation,
    logits,
    classIndices: scope.upload('class indices', chunkClasses(classTable, chunk, wanted.classes), storage),
    result: make('result', resultLayout(plan, inputs, wanted).length),
  };
}

/** The target's own slot, where no other value ever takes it: scores and maps read the activation last of all. */
function keptActivation(plan: PlannedValues, values: readonly GPUBuffer[]): GPUBuffer | null {
  const target = plan.given.find(({ node }) => node === plan.tail.target);
  const buffer = target && values[target.value];
  if (!buffer) return null;
  return values.filter((other) => other === buffer).length === 1 ? buffer : null;
}

function missing(plan: PlannedValues, node: number, elements: number): KernelsError {
  return new KernelsError(
    'invalid-input',
    `The tail reads "${plan.tail.nodes[node]?.name ?? ''}" (node ${String(node)}), so \`constants\` needs its ` +
      `${String(elements)} values for each chunk of inputs.`,
  );
}
