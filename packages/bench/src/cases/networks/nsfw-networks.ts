import type * as tf from '@tensorflow/tfjs';
import { loadLayersModel } from '@ablation-cam/model';
import { nsfwModelFiles, type NsfwModelName } from '#platform';
import { BenchError } from '../../errors.ts';

/** Loads a network of the npm package `nsfwjs` with its weights. @throws BenchError `unsupported` where it is not here */
export async function nsfwNetwork(name: NsfwModelName): Promise<tf.LayersModel> {
  const files = await nsfwModelFiles(name);
  if (!files) throw new BenchError('unsupported', `${name} cannot be loaded: ${NSFW_ABSENCE}.`);
  return (await loadLayersModel(files)).model;
}

/** Why the networks of the package are not to be had; null where they are. */
export async function nsfwAbsence(): Promise<string | null> {
  return (await nsfwModelFiles('MobileNetV2')) ? null : NSFW_ABSENCE;
}

const NSFW_ABSENCE = 'its weights come with the npm package nsfwjs, which is not here';
