import type { MethodName } from '@ablation-cam/xai';
import type { Fit, OriginalImage } from '@ablation-cam/model';
import type { ExplainSettings } from '../protocol/calls.ts';
import type { InputDescription } from '../protocol/descriptions.ts';
import type { ChosenInput, ChosenModel, NormalizationName } from '../protocol/sources.ts';
import { smallImage } from './small-image.ts';

/** A network and an input of the user's own. */
export type OwnModel = Extract<ChosenModel, { kind: 'files' }>;
export type OwnInput = Extract<ChosenInput, { kind: 'file' }>;

/** An input as it is shown small. */
export interface SmallPicture {
  readonly image: OriginalImage | null;
  readonly signal: Float32Array | null;
}

export interface ShelvedInput {
  readonly input: OwnInput;
  readonly picture: SmallPicture;
}

/** How a network was looked at last. */
export interface NetworkView {
  readonly inputId: string | null;
  readonly normalization: NormalizationName | null;
  readonly fit: Fit;
  readonly settings: ExplainSettings;
  readonly method: MethodName;
  readonly labels: { readonly id: string; readonly file: File } | null;
}

/** Which class of an input was looked at last. */
export interface ClassView {
  readonly classIndex: number | null;
  readonly contrast: number | null;
}

/** Whether the shelf survives the page. */
export type Keeping =
  | { readonly status: 'starting' | 'kept' }
  | {
      /** `full`: what is there already stays. */
      readonly status: 'full' | 'refused';
      readonly reason: string;
    };

/** Networks and inputs of the user's that are a click away, the first come first. */
export interface Shelf {
  readonly models: readonly OwnModel[];
  readonly inputs: readonly ShelvedInput[];
  /** By the id of the network; samples and built-in networks have theirs as well. */
  readonly views: Readonly<Record<string, NetworkView>>;
  /** By `classKey`. */
  readonly classes: Readonly<Record<string, ClassView>>;
  /** What was taken off the shelf and is not to come back by being looked at. */
  readonly dismissed: readonly string[];
  readonly keeping: Keeping;
}

/** What changes the shelf by itself. */
export type ShelfAction =
  | {
      /** What was kept came back. */
      readonly kind: 'shelf-loaded';
      readonly shelf: Pick<Shelf, 'models' | 'inputs' | 'views' | 'classes'>;
    }
  | { readonly kind: 'keep-shelf'; readonly keeping: Shelf['keeping'] }
  | { readonly kind: 'take-off-shelf'; readonly id: string }
  | { readonly kind: 'clear-shelf' };

export const emptyShelf: Shelf = {
  models: [],
  inputs: [],
  views: {},
  classes: {},
  dismissed: [],
  keeping: { status: 'starting' },
};

export function classKey(modelId: string, inputId: string): string {
  return `${modelId}|${inputId}`;
}

/** What the files on the shelf take, in bytes. */
export function shelfBytes({ models, inputs }: Shelf): number {
  const files = [...models.flatMap((model) => model.files), ...inputs.map(({ input }) => input.file)];
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Pictures on the shelf are no larger than this. */
const LONGEST_SIDE = 72;

/** Returns an input as it is shown small. */
export function pictureOf({ image, data, shape }: InputDescription): SmallPicture {
  if (image) return { image: smallImage(image, LONGEST_SIDE), signal: null };
  const channels = shape.at(-1) ?? 1;
  return { image: null, signal: data.filter((_, i) => i % channels === 0) };
}

/** Whether two lists of files are the same files, as far as can be told without reading them. */
export function sameFiles(some: readonly File[], others: readonly File[]): boolean {
  const mark = ({ name, size, lastModified }: File): string => `${name}|${size}|${lastModified}`;
  const marks = new Set(others.map(mark));
  return some.length === others.length && some.every((file) => marks.has(mark(file)));
}
