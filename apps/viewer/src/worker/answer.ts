import { readClassNames } from '@ablation-cam/model';
import { featureMap, maskedPrediction } from '@ablation-cam/xai';
import type { CallName, Params, CallResult, ToWorker } from '../protocol/calls.ts';
import { attribute } from './attribute.ts';
import { excite } from './excite.ts';
import { explainClasses } from './explain-classes.ts';
import { explainWall } from './explain-wall.ts';
import { galleryOf } from './gallery.ts';
import { measureMethods } from './measure-methods.ts';
import { optionsOf } from './options.ts';
import { race } from './race.ts';
import type { Workspace } from './workspace.ts';

/** What a call works with besides its parameters. */
export interface AnswerContext {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

type Handlers = {
  readonly [N in CallName]: (params: Params<N>, context: AnswerContext) => Promise<CallResult<N>>;
};

const results = () => import('./results/answer-results.ts');

const handlers: Handlers = {
  describe: async ({ model }, { workspace }) => (await workspace.model(model)).description,
  labels: ({ file, classes }) => readClassNames(file, classes),
  gallery: (params, context) => galleryOf(params, context),
  explain: (request, context) => explainClasses(request, context),
  attribute: (params, context) => attribute(params, context),
  metrics: (params, context) => measureMethods(params, context),
  features: async (request, { workspace, signal }) => {
    const { loaded, input } = await workspace.open(request);
    const { layer, output } = optionsOf(request, loaded.network);
    return featureMap(loaded.network, input, { layer, output, signal });
  },
  mask: async ({ channels, ...request }, { workspace, signal }) => {
    const { loaded, input } = await workspace.open(request);
    const { layer, output, ablation } = optionsOf(request, loaded.network);
    const look = { layer, output, ablation, channels, signal };
    const prediction = await maskedPrediction(loaded.network, input, look);
    return { ...prediction, channels };
  },
  wall: (params, context) => explainWall(params, context),
  excite: (params, context) => excite(params, context),
  // Fetched with the first result: most visits open none.
  openResult: async (params) => (await results()).openResult(params),
  resultTiles: async (params, { signal }) => (await results()).resultTiles(params, signal),
  resultSample: async (params) => (await results()).resultSample(params),
  race: (request, context) => race(request, context),
};

/** @throws whatever went wrong */
export function answer(
  call: Extract<ToWorker, { kind: 'call' }>,
  context: AnswerContext,
): Promise<CallResult<CallName>> {
  // Name and parameters of a call belong together, which TypeScript does not follow through the look-up.
  const handler = handlers[call.name] as (
    params: typeof call.params,
    context: AnswerContext,
  ) => Promise<CallResult<CallName>>;
  return handler(call.params, context);
}
