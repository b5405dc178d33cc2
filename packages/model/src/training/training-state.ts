import { readFile, writeFileAtomic } from '#platform';
import { ModelError } from '../errors.ts';
import { readJson } from '../files/check-schema.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import { decodeSealedSafetensors, encodeSealedSafetensors } from '../files/sealed-safetensors.ts';
import type { EpochRecord } from './history.ts';
import type { TrainingSettings } from './options.ts';
import { trainingStateSchema } from './training-schema.ts';

/** Everything a training needs to go on as if it had never stopped. */
export interface TrainingState {
  readonly settings: TrainingSettings;
  /** Training samples, so that a resumed training cannot silently go on with other data. */
  readonly sampleCount: number;
  /** The epoch under way, from 0, and its next batch. */
  readonly epoch: number;
  readonly batch: number;
  readonly sums: EpochSums;
  readonly history: readonly EpochRecord[];
  readonly best: BestEpoch | null;
  /** Why the training is over, or `null` while it is not. */
  readonly ended: TrainingEnd | null;
  readonly weights: readonly NamedTensor[];
  readonly slots: readonly NamedTensor[];
  readonly bestWeights: readonly NamedTensor[];
}

/** Why a training ended: all its epochs are done, or the validation loss fell no more. */
export type TrainingEnd = 'epochs' | 'early-stopping';

/** Sums over the samples of an epoch so far. */
export interface EpochSums {
  readonly loss: number;
  readonly correct: number;
  readonly samples: number;
}

export interface BestEpoch {
  /** Counts from 1. */
  readonly epoch: number;
  readonly validationLoss: number | null;
}

const fileName = 'training-state.safetensors';
const format = 'ablation-cam training 2';

/** Replaces the state in `folder` at once or not at all. @throws ModelError `write-failed`. */
export async function saveTrainingState(folder: string, state: TrainingState): Promise<void> {
  await writeFileAtomic(folder, fileName, await encodeTrainingState(state));
}

/** The state in `folder`. @throws ModelError `not-found`, `invalid-file`. */
export async function loadTrainingState(folder: string): Promise<TrainingState> {
  const path = `${folder}/${fileName}`;
  return decodeTrainingState(await readFile(path), path);
}

/** One file of tensors, with a checksum of all that is in it. */
export async function encodeTrainingState(state: TrainingState): Promise<Uint8Array> {
  const { weights, slots, bestWeights, ...rest } = state;
  const group = (name: string, tensors: readonly NamedTensor[]): NamedTensor[] =>
    tensors.map((tensor, i) => ({ ...tensor, name: `${name}/${i}/${tensor.name}` }));
  return encodeSealedSafetensors({
    tensors: [...group('weights', weights), ...group('slots', slots), ...group('bestWeights', bestWeights)],
    metadata: { format, state: JSON.stringify(rest) },
  });
}

/**
 * @param path for messages
 * @throws ModelError `invalid-file`
 */
export async function decodeTrainingState(bytes: Uint8Array, path: string): Promise<TrainingState> {
  const { tensors, metadata } = await decodeSealedSafetensors(bytes, path);
  if (metadata['format'] !== format) {
    throw new ModelError(
      'invalid-file',
      `${path} holds no training state of this version. Start the training anew elsewhere.`,
    );
  }
  const group = (name: string): NamedTensor[] =>
    tensors
      .filter((tensor) => tensor.name.startsWith(`${name}/`))
      .map((tensor) => ({ ...tensor, name: tensor.name.split('/').slice(2).join('/') }));
  const rest = readJson(trainingStateSchema, metadata['state'] ?? '', `the state in ${path}`);
  return { ...rest, weights: group('weights'), slots: group('slots'), bestWeights: group('bestWeights') };
}

/**
 * What `folder` holds: no training, one that was interrupted, or one that is over.
 *
 * @throws ModelError `invalid-file` where its state is broken
 */
export async function trainingStatus(folder: string): Promise<'none' | 'unfinished' | 'ended'> {
  try {
    return (await loadTrainingState(folder)).ended === null ? 'unfinished' : 'ended';
  } catch (error) {
    if (error instanceof ModelError && error.code === 'not-found') return 'none';
    throw error;
  }
}
