import type { ExplanationResult, MethodName } from '@ablation-cam/xai';
import { dropAndIncrease, keptShares, localization, type MaskProtocol } from '@ablation-cam/xai/metrics';
import type { Params } from '../protocol/calls.ts';
import type { MethodMetrics } from '../protocol/descriptions.ts';
import type { AnswerContext } from './answer.ts';
import { explainBy } from './attribute.ts';
import { blankInput } from './blank-input.ts';
import { errorMessage } from './error-message.ts';

/** Explains one class by several methods and measures how faithful each map is. */
export async function measureMethods(
  { methods, ...params }: Params<'metrics'>,
  context: AnswerContext,
): Promise<MethodMetrics[]> {
  const results: MethodMetrics[] = [];
  for (const method of methods) {
    context.signal.throwIfAborted();
    results.push(await measureMethod(method, params, { ...context, onProgress: () => undefined }));
    context.onProgress(results.length / methods.length);
  }
  return results;
}

async function measureMethod(
  method: MethodName,
  { classIndex, fraction, blank, ...request }: Omit<Params<'metrics'>, 'methods'>,
  context: AnswerContext,
): Promise<MethodMetrics> {
  const { workspace, signal } = context;
  const { score } = request.settings;
  const { loaded, input } = await workspace.open(request);
  const protocol: MaskProtocol = { kind: 'top-fraction', fraction, baseline: blankInput(input, blank) };
  try {
    const { explanations, totalMs } = await timed(() =>
      explainBy(method, request, { classIndex, score }, context),
    );
    const map = {
      inputIndex: 0,
      classIndex,
      map: explanations[0]?.map ?? { shape: [], data: new Float32Array() },
    };
    const [faithfulness] = await dropAndIncrease(loaded.network, input, [map], { protocol, score, signal });
    if (!faithfulness) throw new RangeError(`${method} gave no map to measure.`);
    const { mask, original } = input;
    return {
      kind: 'measured',
      method,
      map: map.map,
      totalMs,
      faithfulness,
      kept: keptShares(map.map, input.shape.slice(0, -1), protocol),
      localization:
        mask && original
          ? localization(map.map, { shape: [original.height, original.width], data: mask })
          : null,
    };
  } catch (error) {
    if (signal.aborted) throw error;
    // One method that does not fit this network must not hide the others.
    return { kind: 'failed', method, message: errorMessage(error, signal).message };
  }
}

/** Quick methods are run so often: the first time compiles shaders. */
const REPEATS = 3;
const QUICK_MS = 200;

/** Returns the first result and the shortest time. */
async function timed(
  run: () => Promise<ExplanationResult>,
): Promise<{ explanations: ExplanationResult['explanations']; totalMs: number }> {
  const { explanations, timings } = await run();
  let { totalMs } = timings;
  for (let i = 1; i < REPEATS && timings.totalMs < QUICK_MS; i++) {
    totalMs = Math.min(totalMs, (await run()).timings.totalMs);
  }
  return { explanations, totalMs };
}
