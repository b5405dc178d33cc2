import { seededRandom } from '@ablation-cam/tools/testing';
import { rawRequest } from './raw-request.ts';
import { sendRaw } from './send-raw.ts';

export interface FuzzResult {
  readonly answered: number;
  readonly dropped: number;
  /** Seeds of requests that the server neither answered nor dropped in time. */
  readonly stuck: readonly number[];
}

/** Two busy cores take long over a request; the server itself gives one up after ten seconds. */
const PATIENCE_MS = 20_000;
const AT_ONCE = 50;

/** Sends `requests` raw requests, one a seed from `from` on, some at a time. */
export async function fuzzServer(
  port: number,
  requests: number,
  from: number,
  onDone: (done: number) => void = () => undefined,
): Promise<FuzzResult> {
  let [next, answered, dropped] = [0, 0, 0];
  const stuck: number[] = [];
  const worker = async (): Promise<void> => {
    while (next < requests) {
      const seed = from + next++;
      const { text, isDone } = await sendRaw(port, rawRequest(seededRandom(seed)), PATIENCE_MS);
      if (!isDone) stuck.push(seed);
      else if (text.startsWith('HTTP/1.1 ')) answered++;
      else dropped++;
      onDone(answered + dropped + stuck.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { answered, dropped, stuck };
}
