import { heatmapOf, type PositionMap } from '@ablation-cam/xai';
import type { ClassMap, Explained, FeatureMapData } from '../protocol/descriptions.ts';
import type { ChannelsView } from './state.ts';

/** Returns the channels as the chart shows them, from left to right. */
export function orderedChannels(
  { weights }: Pick<ClassMap, 'weights'>,
  order: ChannelsView['order'],
): readonly number[] {
  const channels = Array.from(weights, (_, k) => k);
  if (order === 'index') return channels;
  return channels.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
}

/** More channels than this are shown a part at a time. */
const MOST_AT_ONCE = 40;
/** So many come first, and are added at a time. */
export const CHANNELS_AT_A_TIME = 30;

/**
 * Returns the channels that are shown, in the order given: all where there are few, else the `count` with the largest weights of
 * either sign, and the one that is looked at.
 */
export function shownChannels(
  { weights }: ClassMap,
  ordered: readonly number[],
  count: number,
  focused: number | null,
): readonly number[] {
  if (ordered.length <= Math.max(MOST_AT_ONCE, count)) return ordered;
  const size = (channel: number): number => Math.abs(weights[channel] ?? 0);
  const strongest = new Set(ordered.toSorted((a, b) => size(b) - size(a)).slice(0, count));
  return ordered.filter((channel) => strongest.has(channel) || channel === focused);
}

/** What switching a channel off does to the score of each class, in the units of the score; nothing while it is not known. */
export function channelEffects(
  { run, probabilities, logits, ablatedScores }: Explained,
  channel: number,
): readonly { readonly classIndex: number; readonly change: number }[] {
  if (!ablatedScores) return [];
  const scores = run.score === 'probability' ? (probabilities ?? logits) : logits;
  return Array.from(scores, (score, classIndex) => ({
    classIndex,
    change: (ablatedScores[channel * scores.length + classIndex] ?? 0) - score,
  }));
}

/** Channels that were looked at already, of each feature map. */
const looked = new WeakMap<FeatureMapData, Map<number, PositionMap>>();

/** Where a channel responds, 0 to 1 of its largest activation; the same object for the same channel. */
export function channelMap(features: FeatureMapData, channel: number): PositionMap {
  const known = looked.get(features) ?? new Map<number, PositionMap>();
  looked.set(features, known);
  const map = known.get(channel) ?? planeOf(features, channel);
  known.set(channel, map);
  return map;
}

function planeOf({ data, shape }: FeatureMapData, channel: number): PositionMap {
  const channels = shape.at(-1) ?? 1;
  const plane = new Float32Array(data.length / channels).map((_, p) => data[p * channels + channel]!);
  return heatmapOf({ shape: shape.slice(0, -1), data: plane }, shape.slice(0, -1));
}
