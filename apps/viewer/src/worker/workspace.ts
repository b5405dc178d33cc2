import {
  embeddedModel,
  loadModel,
  readInput,
  useBackend,
  type LoadedModel,
  type ModelInput,
  type ReadInputOptions,
} from '@ablation-cam/model';
import { createExplainer, type Explainer } from '@ablation-cam/xai';
import type { ExplanationRequest } from '../protocol/calls.ts';
import type { ModelDescription } from '../protocol/descriptions.ts';
import type { ChosenInput, ChosenModel } from '../protocol/sources.ts';
import { describeModel } from './describe-model.ts';
import { eraseInput } from './erase-input.ts';
import { frameInput } from './frame-input.ts';
import { optionsOf } from './options.ts';
import { readFile } from './read-file.ts';
import { refuseTooLarge } from './refuse-too-large.ts';
import { shownImage } from './shown-image.ts';

export interface OpenedModel {
  readonly loaded: LoadedModel;
  readonly description: ModelDescription;
}

export interface OpenedRequest extends OpenedModel {
  readonly input: ModelInput;
}

interface Kept<T> {
  readonly key: string;
  readonly value: T;
}

/**
 * The model and the input that were opened last, and the explainer that was made last: calls name what they are about, and
 * what is there already is used. So one picture after another is explained by what was prepared for the first.
 */
export class Workspace {
  #model: Kept<OpenedModel> | null = null;
  #input: Kept<ModelInput> | null = null;
  /** The input with a part of it erased: several calls ask for it. */
  #erased: Kept<ModelInput> | null = null;
  #explainer: Kept<Explainer<'ablation-cam'>> | null = null;

  /** Whether another network is open than the one that is asked for. */
  holdsOther(id: string): boolean {
    return this.#model !== null && this.#model.key !== id;
  }

  /** @throws ModelError */
  async model(source: ChosenModel): Promise<OpenedModel> {
    if (this.#model?.key === source.id) return this.#model.value;
    // Where the weights are first is of no matter: they move to the backend that uses them.
    await useBackend('auto');
    const loaded = source.kind === 'files' ? await loadModel(source.files) : await embeddedModel(source.id);
    try {
      const value = { loaded, description: describeModel(loaded, source, null) };
      this.close();
      this.#model = { key: source.id, value };
      return value;
    } catch (error) {
      loaded.dispose();
      throw error;
    }
  }

  /** @throws ModelError, or KernelsError `too-large` where the network makes more of the input than a page can hold */
  async open(request: ExplanationRequest): Promise<OpenedRequest> {
    const { model, input, normalization, fit, erasure } = request;
    const opened = await this.model(model);
    const key = `${model.id}|${input.id}|${normalization ?? ''}|${fit}`;
    if (this.#input?.key !== key) {
      const read = await this.read(request);
      const { original, mask } = read;
      // What a mask is of keeps its size.
      const value = original && !mask ? { ...read, original: await shownImage(original) } : read;
      this.#input = { key, value };
    }
    const whole = this.#input.value;
    if (erasure === null) return { ...opened, input: whole };
    const scale = normalization ?? opened.description.scale?.normalize;
    const erasedKey = `${key}|${erasure.id}`;
    if (this.#erased?.key !== erasedKey) {
      this.#erased = { key: erasedKey, value: eraseInput(whole, erasure, scale) };
    }
    return { ...opened, input: this.#erased.value };
  }

  /**
   * Reads an input for a model, without keeping it.
   *
   * @throws ModelError, or KernelsError `too-large` where the network makes more of the input than a page can hold
   */
  async read({
    model,
    input,
    normalization,
    fit,
  }: Omit<ExplanationRequest, 'settings' | 'erasure'>): Promise<ModelInput> {
    const { loaded, description } = await this.model(model);
    const { inputShape: shape, takes } = description;
    const value = await readSource(input, description, {
      shape,
      // A signal has no scale to choose.
      normalize: takes === 'image' ? (normalization ?? undefined) : undefined,
      described: loaded.metadata.input,
      fit,
      transparency: 'white',
    });
    refuseTooLarge(await loaded.network.at([value.shape]));
    return value;
  }

  /**
   * Returns Ablation-CAM with the settings of a request, prepared for its model.
   *
   * @throws ModelError, KernelsError
   */
  async explainer(
    request: Pick<ExplanationRequest, 'model' | 'settings'>,
  ): Promise<Explainer<'ablation-cam'>> {
    const { loaded } = await this.model(request.model);
    const { output, layer, ablation, score, weighting, strategy, executor } = request.settings;
    const how = [output ?? '', layer ?? '', ablation, score, weighting, strategy, executor];
    const key = [request.model.id, ...how].join('|');
    if (this.#explainer?.key !== key) {
      this.#dropExplainer();
      this.#explainer = {
        key,
        value: await createExplainer(loaded.network, optionsOf(request, loaded.network)),
      };
    }
    return this.#explainer.value;
  }

  /** Frees the model's weights; what was lost with a device is freed all the same. */
  close(): void {
    this.#dropExplainer();
    this.#model?.value.loaded.dispose();
    this.#model = null;
    this.#input = null;
    this.#erased = null;
  }

  /** What it has prepared is freed as soon as no call is running. */
  #dropExplainer(): void {
    void this.#explainer?.value.dispose();
    this.#explainer = null;
  }
}

function readSource(
  source: ChosenInput,
  description: ModelDescription,
  options: ReadInputOptions,
): Promise<ModelInput> {
  switch (source.kind) {
    case 'sample':
      return readInput(source.id, options);
    case 'file':
      return readFile(source.file, description, options);
    case 'frame':
      return frameInput(source.pixels, options);
  }
}
