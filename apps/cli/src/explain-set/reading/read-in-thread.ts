import { parentPort, workerData } from 'node:worker_threads';
import { ModelError, readInput } from '@ablation-cam/model';
import { CliError } from '../../errors.ts';
import { openSource } from '../samples/sample-source.ts';
import type { ReadingAnswer, ReadingOrder, ReadingSettings } from './reading.ts';

/** What a reading thread does: decodes, resizes and scales one sample after the other. */
export async function readInThread(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new CliError('This command is one that explain-set gives to its own threads.');
  const { source, options } = workerData as ReadingSettings;
  const samples = await openSource(source);
  port.on('message', ({ id, source: name }: ReadingOrder) => {
    void samples
      .inputOf(name)
      .then((input) => readInput(input, { ...options, name }))
      .then(
        ({ data, shape }) => {
          const own = new Float32Array(data);
          const answer: ReadingAnswer = { id, data: own, shape };
          port.postMessage(answer, [own.buffer]);
        },
        (error: unknown) => {
          const answer: ReadingAnswer = {
            id,
            code: error instanceof ModelError ? error.code : null,
            message: error instanceof Error ? error.message : String(error),
          };
          port.postMessage(answer);
        },
      );
  });
}
