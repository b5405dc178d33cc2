export { colorMap, colorMapNames, type ColorMapName, type Rgb } from './drawing/color/color-map.ts';
export type { ColoringOptions } from './drawing/color/value-scale.ts';
export {
  drawContactSheet,
  type ContactSheetOptions,
  type SheetCell,
  type SheetContent,
} from './drawing/contact-sheet.ts';
export type { Decision, FigureOptions } from './drawing/figure/figure.ts';
export { formatProbability } from './drawing/figure/format-probability.ts';
export type { ColorBarOptions } from './drawing/figure/with-color-bar.ts';
export { drawImageHeatmap, type ImageHeatmapOptions } from './drawing/image-heatmap.ts';
export { drawImageOverlay, type ImageOverlayOptions, type OverlayOptions } from './drawing/image-overlay.ts';
export type { Alpha, Interpolation } from './drawing/panels/image-panel.ts';
export { renderOnCanvas, svgDataUri } from './drawing/render-on-canvas.ts';
export type { RenderOptions } from './drawing/render-options.ts';
export { renderPng } from './drawing/render-png.ts';
export type { DrawnSignal } from './drawing/signal.ts';
export { drawSignalHeatmap, type SignalHeatmapOptions } from './drawing/signal-heatmap.ts';
