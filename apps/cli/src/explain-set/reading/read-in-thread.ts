import { readInput } from '@ablation-cam/model';
import { openSource } from '../samples/sample-source.ts';
import { answerOrders, type MovedAnswer } from '../threads/answer-orders.ts';
import { sentError } from '../threads/sent-error.ts';
import { contentOf } from './content.ts';
import type { ReadingSettings, ReadSample } from './reading.ts';

/** What a reading thread does: decodes, resizes and scales one sample after the other. */
export function readInThread(): Promise<void> {
  return answerOrders(async (settings) => {
    const { source, options } = settings as ReadingSettings;
    const samples = await openSource(source);
    return async (order) => {
      const name = order as string;
      const bytes = await samples.bytesOf(name);
      const content = contentOf(bytes);
      try {
        const { data, shape } = await readInput(bytes, { ...options, name });
        return moved(content, data, shape);
      } catch (error) {
        const answer: ReadSample = { content, input: sentError(error) };
        return { answer };
      }
    };
  });
}

function moved(content: Uint8Array, data: Float32Array, shape: readonly number[]): MovedAnswer {
  const isAlone = data.buffer.byteLength === data.byteLength && data.buffer instanceof ArrayBuffer;
  const own = isAlone ? data : new Float32Array(data);
  const answer: ReadSample = { content, input: { data: own, shape } };
  return { answer, moved: [own.buffer as ArrayBuffer] };
}
