export { XaiError, type XaiErrorCode } from './errors.ts';
export { ablationCam } from './methods/ablation-cam.ts';
export type * from './explanation/explanation.ts';
export type { Ablation, AblationCamOptions, ClassIndexOption, Strategy } from './explanation/options.ts';
export type { ExplainedInput, InputArray } from './forward/model-input.ts';
export { heatmapOf } from './maps/heatmap.ts';
export { resizeBilinear } from './maps/resize-bilinear.ts';
export { releaseDevice, sharedDevice } from './runtime/shared-device.ts';
