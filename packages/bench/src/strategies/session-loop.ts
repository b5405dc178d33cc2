import { GraphSession } from '@ablation-cam/kernels/sessions';
import { ENGINE_TITLES } from '../open-case/engine.ts';
import type { OpenCase } from '../open-case/open-case.ts';
import { weightsFrom, type BenchStrategy } from './strategy.ts';
import { baseProbabilities, engineRefusal, labels, softmaxRows, tailPass } from './tfjs.ts';

/**
 * The naive loop on ONNX Runtime: the tail once a channel, with that channel masked. The kernels are those of our plan on it:
 * what lies between the two is the algorithm.
 */
export const sessionLoopStrategy: BenchStrategy = {
  name: 'masked-loop',
  executor: labels.onnxruntime,
  title: `masked loop over the tail, ${ENGINE_TITLES.onnxruntime}`,
  from: 'activation',
  role: 'other',
  appliesTo: () => true,
  shortestRun: tailPass,
  refusal: (opened, isQuick) => engineRefusal(opened, 'onnxruntime', tailPass(opened), isQuick),
  prepare: async (opened) => {
    const { graph, cut, batch, channels, classes, operations, constants } = opened;
    const session = await GraphSession.create(graph, [cut.target, ...cut.constants], [cut.logits]);
    const base = baseProbabilities(opened);
    const others = [...constants.values()];
    return {
      isLoop: true,
      passes: (count) => count,
      cost: { bytes: null, operations: batch * channels * operations.tail },
      run: async (list) => {
        const scores: Float32Array[] = [];
        for (const channel of list) {
          const [logits = new Float32Array()] = await session.run(
            [masked(opened, channel), ...others],
            batch,
          );
          scores.push(softmaxRows(logits, classes));
        }
        return { kind: 'weights', values: weightsFrom(opened, base, scores), dispatches: null };
      },
      dispose: () => {
        session.dispose();
      },
    };
  },
};

/** The activation with a channel replaced by its value for "off". */
function masked({ activation, channels, off }: OpenCase, channel: number): Float32Array {
  const values = activation.slice();
  for (let i = channel; i < values.length; i += channels) values[i] = off[channel] ?? 0;
  return values;
}
