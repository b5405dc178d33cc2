import { parentPort, workerData, type Transferable } from 'node:worker_threads';
import { CliError } from '../../errors.ts';
import { sentError } from './sent-error.ts';
import type { NumberedAnswer, NumberedOrder } from './own-threads.ts';

/** An answer, and its buffers that go along instead of being copied. */
export interface MovedAnswer {
  readonly answer: unknown;
  readonly moved?: readonly Transferable[];
}

/**
 * What a thread of `OwnThreads` does: answers orders, each when it is done.
 *
 * @param begin makes what answers, of what the threads were begun with
 * @throws CliError outside such a thread; what `begin` throws
 */
export async function answerOrders(
  begin: (settings: unknown) => Promise<(order: unknown) => Promise<MovedAnswer>>,
): Promise<void> {
  const port = parentPort;
  if (port === null) throw new CliError('This command is one that explain-set gives to its own threads.');
  const carryOut = await begin(workerData);
  port.on('message', ({ id, order }: NumberedOrder<unknown>) => {
    void carryOut(order).then(
      ({ answer, moved }) => {
        const numbered: NumberedAnswer<unknown> = { id, answer };
        port.postMessage(numbered, moved);
      },
      (error: unknown) => {
        const numbered: NumberedAnswer<unknown> = { id, error: sentError(error) };
        port.postMessage(numbered);
      },
    );
  });
}
