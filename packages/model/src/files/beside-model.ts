import { ModelError } from '../errors.ts';
import { namesInJson } from '../input/names-in-json.ts';
import type { Normalization } from '../input/normalization.ts';
import { parseJson, type Json, type JsonObject } from './json.ts';
import { isObject } from './keras-config.ts';
import { limits } from './limits.ts';
import type { PictureDescription, ModelMetadata } from './metadata.ts';
import type { OpenedSource } from './model-source.ts';

/**
 * What files beside a model say about its use: `metadata.json` of Teachable Machine, `preprocessor_config.json` and `config.json` of
 * Hugging Face. A server is not asked for them: they come along only where files are given, or lie in the model's folder.
 */
export async function readBeside(source: OpenedSource): Promise<ModelMetadata> {
  if (!source.canLookAround) return {};
  const teachable = await readObject(source, 'metadata.json');
  const preprocessor = await readObject(source, 'preprocessor_config.json');
  const config = await readObject(source, 'config.json');
  const [labels, id2label] = [teachable?.['labels'], config?.['id2label']];
  const classNames = (labels && namesInJson(labels)) ?? (id2label && namesInJson(id2label));
  const input = (teachable && ofTeachableMachine(teachable)) ?? (preprocessor && ofHuggingFace(preprocessor));
  return { ...(classNames && { classNames }), ...(input && { input }) };
}

async function readObject(source: OpenedSource, name: string): Promise<JsonObject | undefined> {
  try {
    const found = await source.beside([name], limits.jsonBytes);
    const value = found && parseJson(name, found.bytes);
    return isObject(value) ? value : undefined;
  } catch (error) {
    // Nobody named this file: another program's of the same name must not keep the model from being read.
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

/** Its image models are MobileNets, which take -1 to 1. Source: `@teachablemachine/image`, `src/custom-mobilenet.ts`. */
function ofTeachableMachine(metadata: JsonObject): PictureDescription | undefined {
  const { tmVersion, packageName, imageSize } = metadata;
  const isImage = typeof tmVersion === 'string' && packageName !== '@teachablemachine/pose';
  if (!isImage) return undefined;
  const size = pictureSize(imageSize, imageSize);
  const scale = { normalize: '-1..1', source: 'metadata.json of Teachable Machine' } as const;
  return { scale, ...(size && { size }) };
}

/** Source: `ImageProcessor` of Hugging Face's transformers. */
function ofHuggingFace(config: JsonObject): PictureDescription | undefined {
  if (!['do_normalize', 'do_rescale', 'image_mean'].some((key) => key in config)) return undefined;
  const factor = config['do_rescale'] === false ? 1 : numberIn(config['rescale_factor']) || 1 / 255;
  const isNormalized = config['do_normalize'] !== false;
  const mean = (isNormalized ? numbersIn(config['image_mean']) : undefined) ?? [0];
  const deviation = (isNormalized ? numbersIn(config['image_std']) : undefined) ?? [1];
  // (v * factor - mean) / deviation in units of the range 0 to 1.
  const unit = 255 * factor;
  const normalize: Normalization = {
    mean: single(mean.map((value) => value / unit)),
    deviation: single(deviation.map((value) => value / unit)),
  };
  const size = sizeIn(config['size']);
  return { scale: { normalize, source: 'preprocessor_config.json' }, ...(size && { size }) };
}

function sizeIn(size: Json | undefined): readonly [number, number] | undefined {
  return isObject(size) ? pictureSize(size['height'], size['width']) : pictureSize(size, size);
}

/** Two numbers as the size of a picture, where one can have it: it is made in that size. */
function pictureSize(
  height: Json | undefined,
  width: Json | undefined,
): readonly [number, number] | undefined {
  const [rows, columns] = [numberIn(height), numberIn(width)];
  const isSize = [rows, columns].every((side) => Number.isInteger(side) && side >= 1);
  return isSize && rows * columns <= limits.describedPixels ? [rows, columns] : undefined;
}

function numberIn(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function numbersIn(value: Json | undefined): readonly number[] | undefined {
  const numbers = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return numbers.every((item): item is number => typeof item === 'number') ? numbers : undefined;
}

function single(values: readonly number[]): number | readonly number[] {
  return values.length === 1 ? (values[0] ?? 0) : values;
}
