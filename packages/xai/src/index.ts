export { XaiError, type XaiErrorCode } from './errors.ts';
export { ablationCam } from './methods/ablation-cam.ts';
export {
  featureMap,
  maskedPrediction,
  type LookInsideOptions,
  type MaskedPredictionOptions,
  type Prediction,
} from './methods/masked-prediction.ts';
export type * from './explanation/explanation.ts';
export type { Ablation, AblationCamOptions, ClassIndexOption, Strategy } from './explanation/options.ts';
export type { ExplainedInput, InputArray } from './forward/model-input.ts';
export { heatmapOf } from './maps/heatmap.ts';
export { resizeBilinear } from './maps/resize-bilinear.ts';
export { releaseDevice, sharedDevice } from './runtime/shared-device.ts';
export { colourMap, colourMapNames, type ColourMapName, type Rgb } from './drawing/colour/colour-map.ts';
export type { ColouringOptions } from './drawing/colour/value-scale.ts';
export {
  drawContactSheet,
  type ContactSheetOptions,
  type SheetCell,
  type SheetContent,
} from './drawing/contact-sheet.ts';
export type { Decision, FigureOptions } from './drawing/figure/figure.ts';
export { formatProbability } from './drawing/figure/format-probability.ts';
export type { ColourBarOptions } from './drawing/figure/with-colour-bar.ts';
export { drawImageHeatmap, type ImageHeatmapOptions } from './drawing/image-heatmap.ts';
export { drawImageOverlay, type ImageOverlayOptions, type OverlayOptions } from './drawing/image-overlay.ts';
export type { Alpha, Interpolation } from './drawing/panels/image-panel.ts';
export { renderOnCanvas, svgDataUri } from './drawing/render-on-canvas.ts';
export type { RenderOptions } from './drawing/render-options.ts';
export { renderPng } from './drawing/render-png.ts';
export type { DrawnSignal } from './drawing/signal.ts';
export { drawSignalHeatmap, type SignalHeatmapOptions } from './drawing/signal-heatmap.ts';
