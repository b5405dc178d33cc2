import type { Explained } from '../../src/protocol/descriptions.ts';
import type { ViewerState } from '../../src/state/state.ts';
import { reduce } from '../../src/state/reducer.ts';
import { initialState } from '../../src/state/state.ts';
import { wantedCalls } from '../../src/state/wanted-calls.ts';

/** An explanation of a network with 2 channels and 3 classes, as the worker would answer. */
export function explanation(layer = 'conv'): Explained {
  const map = { shape: [2], data: Float32Array.of(1, 0.5) };
  return {
    model: {
      name: 'net',
      outputs: ['out'],
      output: null,
      layers: [],
      defaultLayer: layer,
      inputShape: [4, 1],
      takes: 'signal',
      parameters: 10,
      classNames: null,
      scale: null,
    },
    input: {
      name: 'x',
      data: new Float32Array(4),
      shape: [4, 1],
      image: null,
      givenSize: null,
      isOnWhite: false,
      zeroColor: null,
      label: 1,
      mask: null,
    },
    run: {
      method: 'ablation-cam',
      layers: [layer],
      channels: 2,
      classes: 3,
      targets: [0, 1, 2].map((c) => `probability of class ${c}`),
      score: 'probability',
      settings: { ablation: 'zero', weighting: 'relative-drop', norm: 2, strategy: 'planned' },
      backend: { requested: 'auto', chosen: 'wasm', reason: 'a test' },
      executor: { requested: 'auto', chosen: 'reference', reason: 'a test' },
      adapter: null,
      dispatches: { ablation: 0, map: 0 },
      timings: { forwardMs: 1, weightsMs: 1, mapMs: 1, totalMs: 3 },
      warnings: [],
    },
    hasWebGpu: false,
    probabilities: Float32Array.of(0.2, 0.7, 0.1),
    logits: Float32Array.of(0, 1.25, -0.7),
    ablatedScores: Float32Array.of(0.3, 0.5, 0.2, 0.2, 0.75, 0.05),
    maps: [0, 1, 2].map((classIndex) => ({
      classIndex,
      classScore: 0.5,
      weights: Float32Array.of(0.1, -0.2),
      map,
      mapSigned: map,
      warnings: [],
    })),
  };
}

/** The built-in model, explained. */
export function explainedState(state: ViewerState = initialState('mnist1d')): ViewerState {
  const wanted = wantedCalls(state).explain;
  if (!wanted) throw new Error('this state wants no explanation');
  return reduce(state, { kind: 'answered', slot: 'explain', key: wanted.key, result: explanation() });
}
