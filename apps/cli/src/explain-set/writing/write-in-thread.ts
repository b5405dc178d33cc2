import { openStore } from '../result/open-store.ts';
import { openResult } from '../run/open-result.ts';
import { answerOrders } from '../threads/answer-orders.ts';
import type { WritingOrder, WritingSettings } from './writing.ts';

/** What the writing thread does: compresses and writes one shard after the other. */
export function writeInThread(): Promise<void> {
  return answerOrders(async (settings) => {
    const { place } = settings as WritingSettings;
    const result = await openResult(await openStore(place));
    return async (order) => {
      const { shard, rows } = order as WritingOrder;
      await result.writeShard(shard, rows);
      return { answer: null };
    };
  });
}
