export { XaiError, type XaiErrorCode } from './errors.ts';
// What one call needs besides, so that one import line serves.
export { KernelsError, useThreads, type KernelsErrorCode } from '@ablation-cam/kernels';
export {
  embeddedModel,
  loadLayersModel,
  loadModel,
  ModelError,
  networkOf,
  readInput,
  useBackend,
  type LoadedLayersModel,
  type LoadedModel,
  type LoadedGraph,
  type ModelErrorCode,
  type Network,
  type NetworkSource,
} from '@ablation-cam/model';
export { createExplainer, type Explainer } from './explainer/explainer.ts';
export { explain } from './explainer/explain.ts';
export {
  ablationCam,
  eigenCam,
  featureAblation,
  gradCam,
  gradCamPlusPlus,
  hiresCam,
  inputXGradient,
  integratedGradients,
  layerCam,
  occlusion,
  randomMap,
  saliency,
  scoreCam,
  smoothGrad,
  type AblationCamCallOptions,
} from './explainer/methods.ts';
export {
  explainSet,
  type ExplainSetOptions,
  type SetExplainer,
  type SetResult,
  type SetSample,
} from './set/explain-set.ts';
export type { SampleInput } from './set/stack-inputs.ts';
export { ablationPlan, type AblationPlan, type AblationPlanOptions } from './methods/ablation-plan.ts';
export {
  featureMap,
  maskedPrediction,
  type LookInsideOptions,
  type MaskedPredictionOptions,
  type Prediction,
} from './methods/masked-prediction.ts';
export { worksOnLayers, type ExplainOptions, type MethodOptions } from './methods/registry.ts';
export { methodNames, type MethodName } from './methods/names.ts';
export type {
  Ablation,
  AblationCamOptions,
  CamOptions,
  ClassIndexOption,
  CommonOptions,
  Strategy,
} from './methods/options.ts';
export type { AblationSettings } from './methods/ablation.ts';
export type { RandomMapOptions } from './methods/random-map.ts';
export type { ScoreCamOptions } from './methods/score-cam.ts';
export type { Baseline } from './methods/baseline.ts';
export type { FeatureAblationOptions } from './methods/feature-ablation.ts';
export type { IntegratedGradientsOptions } from './methods/integrated-gradients.ts';
export type { OcclusionOptions } from './methods/occlusion.ts';
export { quadratureNames, type QuadratureName } from './methods/quadrature-names.ts';
export type { SaliencyOptions } from './methods/saliency.ts';
export type { SmoothGradOptions } from './methods/smooth-grad.ts';
export {
  contrastOf,
  functionOf,
  logitOf,
  probabilityOf,
  sumOf,
  type ClassTarget,
  type FunctionTarget,
  type RankedClass,
  type Target,
  type TargetClass,
} from './targets/target.ts';
export type * from './explanation/explanation.ts';
export {
  explanationJson,
  type ExplanationJson,
  type ExplanationNumbers,
  type ExplanationContext,
  type MapJson,
} from './explanation/explanation-json.ts';
export type { ExplainedInput, InputArray, InputValues, NestedArray } from './forward/model-input.ts';
export { heatmapOf } from './maps/heatmap.ts';
export { resizeBilinear } from './maps/resize-bilinear.ts';
export { tfjsExecutor } from './executors/tfjs/tfjs-executor.ts';
export { ExecutorChoice, type PlannedExecutor } from './runtime/choose-executor.ts';
export type { Machine } from './runtime/executor-ranking.ts';
export {
  describeMachine,
  type MachineDescription,
  type PlaceDescription,
} from './runtime/describe-machine.ts';
export type { KeptSpeeds, MachineSpeeds } from './runtime/calibration/machine-speeds.ts';
export type { Place, Speed } from './runtime/calibration/speed.ts';
export { releaseDevice } from './explainer/shared-ablations.ts';
export { sharedDevice } from './runtime/shared-device.ts';
