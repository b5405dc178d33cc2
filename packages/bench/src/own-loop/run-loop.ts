import { throwIfAborted, type AblationInput, type PlanStep } from '@ablation-cam/kernels';
import {
  chunkBuffers,
  classSetting,
  combineLaunches,
  encodeLaunches,
  evaluateLaunches,
  fillTensors,
  floats,
  Frame,
  kernelsOf,
  mapLaunches,
  offSetting,
  resultLayout,
  runChunk,
  runShape,
  scoreCode,
  scoreLaunches,
  settingsOf,
  StepContext,
  switchOffLaunches,
  wholeOf,
  LaunchWorkspace,
  type BufferSpec,
  type ChunkOutput,
  type ChunkProgram,
  type ChunkRequest,
  type FrameOwner,
  type Launch,
  type StepConstants,
} from '@ablation-cam/kernels/internals';
import { maskLaunch } from './mask-launch.ts';
import type { LoopPlan } from './plan-loop.ts';
import { readVariants } from './read-variants.ts';

/** Variants that are encoded before others get their turn. */
const VARIANTS_TOGETHER = 32;

/**
 * The naive loop over a chunk of inputs: one submission a variant.
 *
 * @param isAwaited whether each variant's logits are read before the next one is masked; otherwise all of them stay on the
 * device until the end
 * @param collect copies what it is handed: it ends when that returns
 */
export async function runLoop(
  source: FrameOwner,
  plan: LoopPlan,
  constants: ReadonlyMap<PlanStep, StepConstants>,
  input: AblationInput,
  chunk: ChunkRequest,
  isAwaited: boolean,
  collect: (output: ChunkOutput) => void,
): Promise<void> {
  const { device, pipelines } = source;
  const { gpu } = device;
  const { channels, classes } = plan;
  const { inputs } = chunk;
  const loop = loopOf(source, plan, constants, input, chunk);
  const { buffers, once, masks, evaluations, ends } = loop;
  await pipelines.prepare([...once, ...masks.flat(), ...evaluations, ...kernelsOf(ends)]);
  const frame = new Frame(source);
  const encoded = (encode: (encoder: GPUCommandEncoder) => void): void => {
    const encoder = gpu.createCommandEncoder({ label: 'loop' });
    encode(encoder);
    gpu.queue.submit([encoder.finish()]);
  };
  const encode = (commands: GPUCommandEncoder, ...lists: (readonly Launch[])[]): void => {
    const pass = commands.beginComputePass({ label: 'loop' });
    for (const launches of lists) encodeLaunches(pass, frame.bound(launches));
    pass.end();
  };
  try {
    await device.checked('loop', () => {
      encoded((commands) => {
        fillTensors(frame, commands, buffers.given, input, chunk);
        if (loop.off) frame.set(loop.off.spec, loop.off.contents(input, chunk));
        const [activation, masked] = [frame.buffer(buffers.activation), frame.buffer(loop.masked)];
        commands.copyBufferToBuffer(activation, 0, masked, 0, loop.masked.byteLength);
        encode(commands, once);
      });
    });
    const variantLogits = frame.buffer(loop.variantLogits);
    /** Evaluates the tail without a channel and copies its logits. */
    const encodeVariant = (channel: number, copyLogits: (commands: GPUCommandEncoder) => void): void => {
      encoded((commands) => {
        encode(commands, masks[channel]!, evaluations);
        copyLogits(commands);
      });
    };
    if (isAwaited) {
      const read = await readVariants(
        device,
        { buffer: variantLogits, inputs, classes },
        channels,
        (channel, copy) => {
          throwIfAborted(input.signal);
          encodeVariant(channel, copy);
        },
      );
      frame.write(loop.logits, read);
    } else {
      const logits = frame.buffer(loop.logits);
      for (let first = 0; first < channels; first += VARIANTS_TOGETHER) {
        throwIfAborted(input.signal);
        await device.checked('loop', () => {
          for (let k = first; k < Math.min(channels, first + VARIANTS_TOGETHER); k++) {
            encodeVariant(k, (commands) => {
              for (let n = 0; n < inputs; n++) {
                const at = 4 * (n * channels + k) * classes;
                commands.copyBufferToBuffer(variantLogits, 4 * n * classes, logits, at, 4 * classes);
              }
            });
          }
        });
      }
    }
    throwIfAborted(input.signal);
    const before = once.length + channels * (1 + evaluations.length);
    const run = { device, program: ends, frame, input, chunk, channels, timesPasses: false };
    await runChunk(run, (output) => {
      const { ablation, map } = output.dispatches;
      collect({ ...output, dispatches: { ablation: before + ablation, map } });
    });
  } finally {
    frame.dispose();
  }
}

/** The launches of a loop over a chunk of inputs, and what they are bound to. */
interface Loop {
  readonly buffers: ReturnType<typeof chunkBuffers>;
  readonly off: ReturnType<typeof offSetting>;
  /** The target with one channel switched off. */
  readonly masked: BufferSpec;
  /** Of one variant, and of all. */
  readonly variantLogits: BufferSpec;
  readonly logits: BufferSpec;
  readonly once: readonly Launch[];
  /** By channel. */
  readonly masks: readonly (readonly Launch[])[];
  readonly evaluations: readonly Launch[];
  /** From the logits of all variants to what is read back. */
  readonly ends: ChunkProgram;
}

function loopOf(
  { layout }: FrameOwner,
  plan: LoopPlan,
  constants: ReadonlyMap<PlanStep, StepConstants>,
  input: AblationInput,
  chunk: ChunkRequest,
): Loop {
  const { channels, classes } = plan;
  const { inputs, wanted } = chunk;
  const settings = settingsOf(input, chunk, channels);
  const shape = runShape(plan, inputs);
  const workspace = new LaunchWorkspace(layout);
  const batch = { inputs, variants: 1, firstVariant: 0, workspace };
  const buffers = chunkBuffers(plan, inputs, 1);
  const { activation } = buffers;
  const off = offSetting(settings, channels);
  const context = new StepContext(batch, buffers.values, constants);
  const masked = context.value(plan.masked);
  const [logits, drops] = [
    floats('ablated logits', inputs * channels * classes),
    floats('drops', inputs * channels * classes),
  ];
  const result = floats('result', resultLayout(plan, inputs, wanted).length);
  const listed = classSetting(settings);
  const all = { ...batch, variants: channels };
  const difference = {
    batch,
    isDelta: false,
    shape: [channels, classes],
    segment: wholeOf([classes]),
    output: drops,
  };
  const launches = [
    ...combineLaunches(
      'subtract',
      [
        { label: 'same', shape: [1, classes], base: buffers.logits },
        { label: 'same', shape: [channels, classes], base: logits },
      ],
      difference,
    ),
    ...scoreLaunches(
      shape,
      { ...settings, score: scoreCode(settings.score, plan.scoreFunction) },
      all,
      { drops, logits: buffers.logits, activation, classIndices: listed.spec },
      result,
    ),
  ];
  const parts = [result, buffers.logits, ...(wanted.maps > 0 ? [] : [activation])];
  return {
    buffers,
    off,
    masked,
    variantLogits: context.value(plan.logits),
    logits,
    once: plan.inputSteps.flatMap((step) =>
      step.kind === 'evaluate'
        ? evaluateLaunches(step, context)
        : switchOffLaunches(
            shape,
            settings.off,
            { activation, values: off?.spec ?? null, off: context.value(step.output) },
            workspace,
          ),
    ),
    masks: Array.from({ length: channels }, (_, channel) => [
      maskLaunch(shape, channel, masked, activation, context.value(plan.off)),
    ]),
    evaluations: plan.loopSteps.flatMap((step) => evaluateLaunches(step, context)),
    ends: {
      given: [],
      settings: [listed],
      inputLaunches: [],
      batches: 1,
      batch: () => ({ firstVariant: 0, segments: [{ launches, frontier: null }] }),
      mapLaunches: wanted.maps > 0 ? mapLaunches(shape, wanted.maps, { activation, result }, layout) : [],
      logits: buffers.logits,
      readBack: parts.map((spec) => ({ spec, byteLength: spec.byteLength })),
    },
  };
}
