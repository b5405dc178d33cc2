import { defaultTrainingSettings } from '../../src/index.ts';
import type { TrainingState } from '../../src/training/training-state.ts';

/** A training of one weight after its first epoch. */
export function smallTrainingState(): TrainingState {
  const tensor = (name: string): TrainingState['weights'][number] => ({
    ...{ name, shape: [2, 3], values: Float32Array.from({ length: 6 }, (_, i) => i / 4) },
  });
  const loss = { validationLoss: 0.5, validationAccuracy: 0.75 };
  return {
    ...{ settings: defaultTrainingSettings, sampleCount: 10, epoch: 1, batch: 2, ended: null },
    sums: { loss: 1.5, correct: 3, samples: 8 },
    history: [{ epoch: 1, learningRate: 0.01, loss: 0.7, accuracy: 0.6, ...loss }],
    best: { epoch: 1, validationLoss: 0.5 },
    ...{ weights: [tensor('w')], slots: [tensor('m/w')], bestWeights: [tensor('w')] },
  };
}
