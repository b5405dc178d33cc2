import { BufferUsage, sizeOf, throwIfAborted, type AblationInput, type Device } from '@ablation-cam/kernels';
import {
  BufferScope,
  chunkBuffers,
  combineLaunch,
  evaluateLaunches,
  LaunchEncoder,
  readResults,
  scoreCode,
  scoreLaunch,
  StepContext,
  switchOffLaunches,
  wholeOf,
  type ChunkOutput,
  type ChunkRequest,
  type Launch,
  type Uploaded,
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
  device: Device,
  { plan, constants, pipelines }: Uploaded<LoopPlan>,
  input: AblationInput,
  chunk: ChunkRequest,
  isAwaited: boolean,
  collect: (output: ChunkOutput) => void,
): Promise<void> {
  const { channels, classes } = plan;
  const { inputs } = chunk;
  const { gpu } = device;
  const shape = { inputs, positions: sizeOf(plan.positions), channels, classes };
  const batch = { inputs, variants: 1, firstVariant: 0 };
  const scope = new BufferScope(device);
  const encoded = <T>(encode: (encoder: GPUCommandEncoder) => T): T => {
    const encoder = gpu.createCommandEncoder({ label: 'loop' });
    const result = encode(encoder);
    gpu.queue.submit([encoder.finish()]);
    return result;
  };
  try {
    const { storage, copyTarget } = BufferUsage;
    const [logits, drops] = ['ablated logits', 'drops'].map((label) =>
      scope.create({ label, byteLength: 4 * inputs * channels * classes, usage: storage | copyTarget }),
    ) as [GPUBuffer, GPUBuffer];
    const { buffers, masks, evaluations, encoder } = await device.checked('loop', () =>
      encoded((commands) => {
        const buffers = chunkBuffers(plan, input, chunk, scope, gpu.queue, commands);
        const context = new StepContext(batch, buffers.values, constants, scope);
        const masked = context.value(plan.masked);
        commands.copyBufferToBuffer(buffers.activation, 0, masked, 0, buffers.activation.size);
        const encoder = new LaunchEncoder(device, scope, pipelines);
        const once = plan.inputSteps.flatMap((step) =>
          step.kind === 'evaluate'
            ? evaluateLaunches(step, context)
            : switchOffLaunches(step, input, chunk, shape, buffers.activation, context, scope),
        );
        encoder.encode(commands, encoder.bind(once));
        const maskLaunches = Array.from({ length: channels }, (_, channel) =>
          maskLaunch(shape, channel, masked, buffers.activation, context.value(plan.off)),
        );
        const evaluateAll = plan.loopSteps.flatMap((step) => evaluateLaunches(step, context));
        return {
          buffers,
          masks: encoder.bind(maskLaunches),
          evaluations: encoder.bind(evaluateAll),
          encoder,
        };
      }),
    );
    const variantLogits = buffers.values[plan.logits]!;
    /** Evaluates the tail without a channel and copies its logits. */
    const encodeVariant = (channel: number, copyLogits: (commands: GPUCommandEncoder) => void): void => {
      encoded((commands) => {
        encoder.encode(commands, [masks[channel]!, ...evaluations]);
        copyLogits(commands);
      });
    };
    if (isAwaited) {
      const source = { buffer: variantLogits, inputs, classes };
      const read = await readVariants(device, scope, source, channels, (channel, copy) => {
        throwIfAborted(input.signal);
        encodeVariant(channel, copy);
      });
      gpu.queue.writeBuffer(logits, 0, read);
    } else {
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
    const { wanted, classTable } = chunk;
    const { weighting, norm } = input;
    const score = scoreCode(input.score, plan.scoreFunction);
    const scoring = { score, weighting, norm, wanted, listsPerInput: classTable.isPerInput };
    const all = { ...batch, variants: channels };
    const ends: Launch[] = [
      combineLaunch(
        'subtract',
        [
          { label: 'same', shape: [1, classes], base: buffers.logits },
          { label: 'same', shape: [channels, classes], base: logits },
        ],
        { batch, isDelta: false, shape: [channels, classes], segment: wholeOf([classes]), output: drops },
      ),
      scoreLaunch(shape, scoring, all, { ...buffers, drops }, buffers.result),
    ];
    await device.checked('loop', () => {
      encoded((commands) => {
        encoder.encode(commands, encoder.bind(ends));
      });
    });
    const dispatches = plan.inputSteps.length + channels * (1 + evaluations.length) + ends.length;
    await readResults(device, scope, shape, buffers, wanted.maps, dispatches, collect);
  } finally {
    scope.dispose();
  }
}
