import type { Norm, Weighting } from '../../ablation/contract.ts';
import { CHANNEL_LANES, elementsPerInput, inputsPerChunk, scratchHalf } from '../../plan/chunks.ts';
import type { SeparablePlan } from '../../plan/plan.ts';
import { resultLayout } from '../../plan/result-layout.ts';
import type { PlanLimits } from '../../plan/step-plan.ts';
import { ablationValues, OFF_MODES } from '../ablation-values.ts';
import { floats, type ConstantSpec } from '../launch/buffer-spec.ts';
import type { Launch } from '../launch/launch.ts';
import { LAYOUTS } from '../launch/layout.ts';
import { mapLaunches } from '../map-launch.ts';
import { sizeOf } from '../../tail/shape.ts';
import type { ChunkProgram, RunSettings, Setting } from '../program/chunk-program.ts';
import type { Programmed } from '../program/program-ablation.ts';
import { classSetting } from '../program/settings.ts';
import { REDUCTION_CODES } from '../reduction-codes.ts';
import { SEPARABLE_DENSE } from '../shaders.ts';
import { scoreCode, tailVariant } from '../variants.ts';
import { encodeProgram, type Program } from './program.ts';

/** What a plan keeps on the device between runs, before it is there. */
interface SeparableConstants {
  readonly program: Program;
  readonly words: ConstantSpec;
  readonly kernel: ConstantSpec;
}

const WEIGHTING_CODES: Readonly<Record<Weighting, (norm: Norm) => number>> = {
  'relative-drop': () => 0,
  slope: (norm) => norm,
};

/** Floating-point operations that `separable-dense.wgsl` takes for a class of a channel besides its contributions. */
const CLASS_OPERATIONS = 40;

function separableConstants(plan: SeparablePlan): SeparableConstants {
  const program = encodeProgram(plan.step);
  return {
    program,
    words: { label: 'program', byteLength: program.words.byteLength, contents: () => program.words },
    kernel: {
      label: 'dense kernel',
      byteLength: 4 * plan.step.kernel.length,
      contents: () => channelsSideBySide(plan),
    },
  };
}

/** The dense layer's weights as `[features, classes, channels]`. */
function channelsSideBySide({
  channels,
  classes,
  step: { kernel },
}: SeparablePlan): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(kernel.length);
  for (let start = 0; start < kernel.length; start += channels * classes) {
    for (let k = 0; k < channels; k++) {
      for (let c = 0; c < classes; c++) rows[start + c * channels + k] = kernel[start + k * classes + c]!;
    }
  }
  return rows;
}

/** Returns a plan in a single dispatch as programs of chunks. */
export function programmedSeparable(
  plan: SeparablePlan,
  limits: PlanLimits,
  budgetBytes: number,
): Programmed {
  const constants = separableConstants(plan);
  return {
    channels: plan.channels,
    constants: [constants.words, constants.kernel],
    constantReadBytes: constants.words.byteLength + constants.kernel.byteLength,
    chunkSizes: (inputs, wanted) => ({
      inputs: Math.min(inputs, inputsPerChunk(plan, wanted, limits, budgetBytes)),
      variants: plan.channels,
    }),
    program: (settings) => separableProgram(plan, constants, settings),
    // The score is a part of the kernel, which the first run names.
    kernels: () => [],
  };
}

/** Returns how a plan in a single dispatch runs over a chunk of inputs. */
function separableProgram(
  plan: SeparablePlan,
  { program, words, kernel }: SeparableConstants,
  settings: RunSettings,
): ChunkProgram {
  const { inputs, wanted, listsPerInput, off, score, weighting, norm } = settings;
  const elements = elementsPerInput(plan, wanted);
  const layout = resultLayout(plan, inputs, wanted);
  const positions = sizeOf(plan.positions);
  const shape = { inputs, positions, channels: plan.channels, classes: plan.classes };
  const activation = floats('activation', inputs * elements.activation);
  const logits = floats('logits', inputs * elements.logits);
  const result = floats('result', inputs * elements.result);
  const values = valueSetting(plan, program, settings);
  const classes = classSetting(settings);
  const parameters = Uint32Array.of(
    plan.channels,
    positions,
    plan.classes,
    plan.step.features,
    plan.step.stages.length,
    REDUCTION_CODES[plan.step.reduction ?? 'none'],
    program.reducedBegin,
    program.reducedEnd,
    scratchHalf(plan),
    inputs,
    WEIGHTING_CODES[weighting](norm),
    OFF_MODES[off],
    program.constants.length,
    wanted.classes,
    listsPerInput ? wanted.classes : 0,
    layout.ablatedScores,
    Number(wanted.scores),
  );
  const ablationLaunches: readonly Launch[] = [
    {
      shader: SEPARABLE_DENSE,
      overrides: { ...tailVariant(plan.step), SCORE: scoreCode(score, plan.scoreFunction) },
      workgroupThreads: CHANNEL_LANES,
      uniforms: [parameters],
      buffers: {
        1: words,
        2: values.spec,
        3: activation,
        4: kernel,
        5: logits,
        6: floats('scratch', inputs * elements.scratch),
        7: result,
        8: classes.spec,
      },
      writes: [6, 7],
      threads: inputs * plan.channels,
      workgroups: inputs * Math.ceil(plan.channels / CHANNEL_LANES),
      work: separableWork(plan, settings),
    },
  ];
  return {
    given: [
      { spec: activation, source: 'activation', elements: elements.activation, isKept: true },
      { spec: logits, source: 'logits', elements: elements.logits, isKept: true },
    ],
    settings: [classes, values],
    inputLaunches: [],
    batches: 1,
    batch: () => ({ firstVariant: 0, segments: [{ launches: ablationLaunches, frontier: null }] }),
    mapLaunches:
      wanted.maps > 0 ? mapLaunches(shape, wanted.maps, { activation, result }, LAYOUTS.serial) : [],
    logits,
    readBack: [
      { spec: result, byteLength: 4 * layout.length },
      { spec: logits, byteLength: logits.byteLength },
      ...(wanted.maps > 0 ? [] : [{ spec: activation, byteLength: activation.byteLength }]),
    ],
  };
}

/** Scales and shifts of affine operations, then the ablation values. */
function valueSetting(
  { channels }: SeparablePlan,
  { constants }: Program,
  { inputs, off }: RunSettings,
): Setting {
  const count = off === 'mean' ? 1 : (off === 'channel-and-input' ? inputs : 1) * channels;
  const spec = floats('channel values', constants.length + count);
  return {
    spec,
    contents: (input, chunk) => {
      const all = new Float32Array(constants.length + count);
      all.set(constants);
      const { values } = ablationValues(input.ablation, channels, chunk);
      if (values) all.set(values, constants.length);
      return all;
    },
  };
}

function separableWork(plan: SeparablePlan, { inputs, wanted, off, weighting }: RunSettings): Launch['work'] {
  const { channels, classes, step } = plan;
  const positions = sizeOf(plan.positions);
  const walks = Number(off === 'mean') + Number(weighting === 'slope');
  const cells = step.stages.reduce(
    (sum, { output, window }) =>
      sum + output.height * output.width * (window ? window.height * window.width : 1),
    0,
  );
  const read = walks * positions + cells;
  const contributions = step.features * classes;
  const classTurns = Math.ceil(classes / 4);
  return {
    turns: read + step.features * Math.ceil(classes / 8) + (3 + Number(wanted.scores)) * classTurns,
    operations: inputs * channels * (2 * read + 2 * contributions + CLASS_OPERATIONS * classes),
    loads: inputs * channels * (read + contributions + 6 * classes),
    stores: inputs * channels * (classes + wanted.classes),
  };
}
