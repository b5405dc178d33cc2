import { readClassNames } from '@ablation-cam/model';
import { featureMap, maskedPrediction } from '@ablation-cam/xai';
import type { CallName, Params, Result, ToWorker } from '../protocol/calls.ts';
import { attribute } from './attribute.ts';
import { explainSubject } from './explain-subject.ts';
import { galleryOf } from './gallery.ts';
import { judge } from './judge.ts';
import { optionsOf } from './options.ts';
import { race } from './race.ts';
import type { Workspace } from './workspace.ts';

/** What a call works with besides its parameters. */
export interface CallContext {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

type Handlers = {
  readonly [N in CallName]: (params: Params<N>, context: CallContext) => Promise<Result<N>>;
};

const handlers: Handlers = {
  describe: async ({ model }, { workspace }) => (await workspace.model(model)).description,
  labels: ({ file, classes }) => readClassNames(file, classes),
  gallery: (params, context) => galleryOf(params, context),
  explain: (subject, context) => explainSubject(subject, context),
  attribute: (params, context) => attribute(params, context),
  judge: (params, context) => judge(params, context),
  features: async (subject, { workspace, signal }) => {
    const { loaded, input } = await workspace.subject(subject);
    return featureMap(loaded.model, input, { layer: optionsOf(subject).layer, signal });
  },
  mask: async ({ channels, ...subject }, { workspace, signal }) => {
    const { loaded, input } = await workspace.subject(subject);
    const { layer, ablation } = optionsOf(subject);
    const prediction = await maskedPrediction(loaded.model, input, { layer, ablation, channels, signal });
    return { ...prediction, channels };
  },
  race: (subject, context) => race(subject, context),
};

/** @throws whatever went wrong */
export function answer(
  call: Extract<ToWorker, { kind: 'call' }>,
  context: CallContext,
): Promise<Result<CallName>> {
  // Name and parameters of a call belong together, which TypeScript does not follow through the look-up.
  const handler = handlers[call.name] as (
    params: typeof call.params,
    context: CallContext,
  ) => Promise<Result<CallName>>;
  return handler(call.params, context);
}
