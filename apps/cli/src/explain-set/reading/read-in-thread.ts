import { readInput } from '@ablation-cam/model';
import type { InputArray } from '@ablation-cam/xai';
import { openSource } from '../samples/sample-source.ts';
import { answerOrders } from '../threads/answer-orders.ts';
import type { ReadingSettings } from './reading.ts';

/** What a reading thread does: decodes, resizes and scales one sample after the other. */
export function readInThread(): Promise<void> {
  return answerOrders(async (settings) => {
    const { source, options } = settings as ReadingSettings;
    const samples = await openSource(source);
    return async (order) => {
      const name = order as string;
      const { data, shape } = await readInput(await samples.inputOf(name), { ...options, name });
      const isAlone = data.buffer.byteLength === data.byteLength && data.buffer instanceof ArrayBuffer;
      const own = isAlone ? data : new Float32Array(data);
      const answer: InputArray = { data: own, shape };
      return { answer, moved: [own.buffer as ArrayBuffer] };
    };
  });
}
