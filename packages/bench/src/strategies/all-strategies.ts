import { ablationCamStrategy, gradCamStrategies } from './end-to-end.ts';
import { forwardPassStrategies } from './forward-pass.ts';
import { incrementalStrategies } from './incremental.ts';
import { maskedLoopStrategies } from './masked-loop.ts';
import { oneBatchStrategies } from './one-batch.ts';
import { ownLoopStrategies } from './own-loop.ts';
import { sessionLoopStrategy } from './session-loop.ts';
import { reportLoopStrategies } from './report-loop.ts';
import type { BenchStrategy } from './strategy.ts';
import { tailGradCamStrategies } from './tail-grad-cam.ts';

/** Every strategy, in the order of reports and of the warm-up: from shorter runs it is foretold how long later ones take. */
export const allStrategies: readonly BenchStrategy[] = [
  ...incrementalStrategies,
  ...ownLoopStrategies,
  ...maskedLoopStrategies,
  sessionLoopStrategy,
  ...tailGradCamStrategies,
  ...oneBatchStrategies,
  ablationCamStrategy,
  ...forwardPassStrategies,
  ...reportLoopStrategies,
  ...gradCamStrategies,
];
