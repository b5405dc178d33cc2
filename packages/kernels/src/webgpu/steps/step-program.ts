import { resultLayout } from '../../plan/result-layout.ts';
import type { StepPlan } from '../../plan/step-plan.ts';
import type { PlanStep, VariantStep } from '../../plan/steps.ts';
import { sizeOf } from '../../tail/shape.ts';
import { floats, type BufferSpec } from '../launch/buffer-spec.ts';
import type { Launch } from '../launch/launch.ts';
import type { Layout } from '../launch/layout.ts';
import { LaunchWorkspace } from '../launch/launch-workspace.ts';
import { mapLaunches } from '../map-launch.ts';
import { scoreLaunches, switchOffLaunches, type RunShape } from '../operations/ends.ts';
import type { VariantBatch } from '../operations/result.ts';
import { classSetting, offSetting } from '../program/settings.ts';
import type {
  VariantLaunches,
  ChunkProgram,
  GivenTensor,
  RunSettings,
  Segment,
} from '../program/chunk-program.ts';
import { scoreCode } from '../variants.ts';
import { frontierLaunches } from './fallback.ts';
import { evaluateLaunches } from './input-steps.ts';
import { constantOffStreams } from './off-streams.ts';
import { StepContext, type ConstantOff } from './step-context.ts';
import type { StepConstants } from './step-constants.ts';
import { variantLaunches } from './variant-steps.ts';

/** What is to be known of a plan to place its values. */
type PlannedValues = Pick<
  StepPlan,
  'tail' | 'values' | 'slots' | 'given' | 'positions' | 'channels' | 'classes'
>;

/** The buffers of a chunk's values. */
export interface ChunkBuffers {
  /** One for each value of the plan; values of one slot share a buffer. */
  readonly values: readonly BufferSpec[];
  /** The chunk's part of the target's activation. */
  readonly activation: BufferSpec;
  readonly logits: BufferSpec;
  /** The tensors that come with the run. */
  readonly given: readonly GivenTensor[];
}

/** Returns how a plan in steps runs over a chunk of inputs. */
export function stepProgram(
  plan: StepPlan,
  constants: ReadonlyMap<PlanStep, StepConstants>,
  layout: Layout,
  settings: RunSettings,
): ChunkProgram {
  const { inputs, variants, wanted, off: mode } = settings;
  const { channels } = plan;
  const shape = runShape(plan, inputs);
  const buffers = chunkBuffers(plan, inputs, variants);
  const { activation, logits } = buffers;
  const workspace = new LaunchWorkspace(layout);
  const off = offSetting(settings, channels);
  const constantOff = {
    values: constantOffStreams(plan),
    channels,
    step: mode === 'channel' ? 0 : channels,
  };
  const values = off ? withGivenOff(plan, constantOff, buffers.values, off.spec) : buffers.values;
  const contextOf = (batch: VariantBatch): StepContext =>
    new StepContext(batch, values, constants, constantOff);
  const once = contextOf({ inputs, variants: 1, firstVariant: 0, workspace });
  const inputsOfOff = mode === 'channel' ? 1 : inputs;
  const onceOff = contextOf({ inputs: inputsOfOff, variants: 1, firstVariant: 0, workspace });
  const inputLaunches = plan.inputSteps.flatMap((step) => {
    const isConstant = constantOff.values.has(step.output);
    if (step.kind === 'evaluate') return evaluateLaunches(step, isConstant ? onceOff : once, isConstant);
    const target = { activation, values: off?.spec ?? null, off: once.value(step.output) };
    if (!isConstant) return switchOffLaunches(shape, mode, target, workspace);
    // Given numbers are read where they are.
    return off ? [] : switchOffLaunches(shape, mode, { ...target, filled: 1 }, workspace);
  });
  const ofVariants = new LaunchWorkspace(layout);
  const classes = classSetting(settings);
  const result = floats('result', resultLayout(plan, inputs, wanted).length);
  const scoring = { ...settings, score: scoreCode(settings.score, plan.scoreFunction) };
  const stepLaunches = (step: VariantStep, context: StepContext): Launch[] => {
    if (step.kind === 'fallback') return [];
    if (step.kind !== 'score') return variantLaunches(step, context);
    const read = { drops: context.value(step.delta), logits, activation, classIndices: classes.spec };
    return scoreLaunches(shape, scoring, context.batch, read, result);
  };
  const batchOf = (at: number): VariantLaunches => {
    const firstVariant = at * variants;
    ofVariants.restart();
    const batch: VariantBatch = {
      inputs,
      variants: Math.min(variants, channels - firstVariant),
      firstVariant,
      workspace: ofVariants,
    };
    const context = contextOf(batch);
    return { firstVariant, segments: segmentsOf(plan.variantSteps, context, stepLaunches) };
  };
  const batches = Math.ceil(channels / variants);
  // The first is the largest; the last may split its sums into more parts. Both decide how large buffers are.
  const first = batchOf(0);
  const last = batches > 1 ? batchOf(batches - 1) : first;
  const parts = [result, logits, ...(wanted.maps > 0 ? [] : [activation])];
  return {
    given: buffers.given,
    settings: [classes, ...(off ? [off] : [])],
    inputLaunches,
    batches,
    batch: (at) => (at === 0 ? first : at === batches - 1 ? last : batchOf(at)),
    mapLaunches: wanted.maps > 0 ? mapLaunches(shape, wanted.maps, { activation, result }, layout) : [],
    logits,
    readBack: parts.map((spec) => ({ spec, byteLength: spec.byteLength })),
  };
}

/** The buffers of values; that of the numbers given for channels stands for the target's off stream where this is not written out. */
function withGivenOff(
  { inputSteps }: Pick<StepPlan, 'inputSteps'>,
  { values: constant }: ConstantOff,
  values: readonly BufferSpec[],
  given: BufferSpec,
): readonly BufferSpec[] {
  const target = inputSteps.find(({ kind, output }) => kind === 'switch-off' && constant.has(output));
  return values.map((spec, value) => (value === target?.output ? given : spec));
}

/** Sizes that a chunk has whatever is wanted of it. */
export function runShape(
  { positions, channels, classes }: Pick<StepPlan, 'positions' | 'channels' | 'classes'>,
  inputs: number,
): RunShape {
  return { inputs, positions: sizeOf(positions), channels, classes };
}

/** Places the values of a plan in buffers. */
export function chunkBuffers(plan: PlannedValues, inputs: number, variants: number): ChunkBuffers {
  const slots = plan.slots.map(({ perVariant, elements }, at) =>
    floats(`slot ${String(at)}`, inputs * elements * (perVariant ? variants : 1)),
  );
  const values = plan.values.map(({ slot }) => slots[slot]!);
  const kept = keptActivation(plan, values);
  const elements = sizeOf(plan.positions) * plan.channels;
  const activation = kept ?? floats('activation', inputs * elements);
  const logits = floats('logits', inputs * plan.classes);
  const given = plan.given.map(({ node, value }): GivenTensor => {
    const isTarget = node === plan.tail.target;
    return {
      spec: values[value]!,
      source: isTarget ? 'activation' : node,
      elements: plan.values[value]?.elements ?? 0,
      isKept: isTarget && kept !== null,
    };
  });
  return {
    values,
    activation,
    logits,
    given: [
      ...given,
      ...(kept ? [] : [{ spec: activation, source: 'activation', elements, isKept: true } as const]),
      { spec: logits, source: 'logits', elements: plan.classes, isKept: true },
    ],
  };
}

/** The target's own slot, where no other value ever takes it: scores and maps read the activation last of all. */
function keptActivation(plan: PlannedValues, values: readonly BufferSpec[]): BufferSpec | null {
  const target = plan.given.find(({ node }) => node === plan.tail.target);
  const buffer = target && values[target.value];
  if (!buffer) return null;
  return values.filter((other) => other === buffer).length === 1 ? buffer : null;
}

/** Steps up to each place where the kernels are left, and those after the last one. */
function segmentsOf(
  steps: readonly VariantStep[],
  context: StepContext,
  launchesOf: (step: VariantStep, context: StepContext) => Launch[],
): Segment[] {
  const segments: Segment[] = [];
  let launches: Launch[] = [];
  for (const step of steps) {
    if (step.kind !== 'fallback') {
      launches.push(...launchesOf(step, context));
      continue;
    }
    const frontier = frontierLaunches(step, context);
    const { batch } = context;
    segments.push({
      launches: [...launches, ...frontier.launches],
      frontier: { step, batch, tensors: frontier.tensors, output: context.value(step.output) },
    });
    launches = [];
  }
  return [...segments, { launches, frontier: null }];
}
