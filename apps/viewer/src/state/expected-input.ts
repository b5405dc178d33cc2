import { aspectOf } from './aspect.ts';
import type { ViewerState } from './state.ts';

/** What is known of an input before the network has answered: its kind, and how wide it is for its height. */
export interface ExpectedInput {
  readonly takes: 'image' | 'signal';
  readonly aspect: number;
}

/** Returns what the network that is chosen takes; null for one of the user's own that has not been looked into yet. */
export function expectedInput({ description, model }: ViewerState): ExpectedInput | null {
  if (description) {
    const { takes, inputShape } = description;
    return { takes, aspect: aspectOf({ shape: inputShape.map((size) => size ?? 1) }) };
  }
  if (model.kind !== 'built-in') return null;
  return { takes: model.id === 'mnist1d' ? 'signal' : 'image', aspect: 1 };
}
