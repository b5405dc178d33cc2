export * from './errors.ts';
export * from './random/numpy-random.ts';
export * from './data/mnist1d/generate.ts';
export { mnist1dDefaults, type Mnist1dOptions } from './data/mnist1d/options.ts';
export { mnist1dClassNames } from './data/mnist1d/templates.ts';
export * from './evaluation/classification-metrics.ts';
export * from './evaluation/classification-report.ts';
export * from './evaluation/confusion-matrix.ts';
export * from './evaluation/mean-roc-curve.ts';
export * from './evaluation/multiclass-roc.ts';
export * from './evaluation/roc-curve.ts';
export {
  decodeNpy,
  encodeNpy,
  npyRows,
  type NpyArray,
  type NpyData,
  type NpyRows,
  type NpyType,
} from './input/npy.ts';
export { withConstantWeights } from './backend/constant-weights.ts';
export { freeingTape } from './backend/gradient-tape.ts';
export { isDeviceLost } from './backend/lost-backend.ts';
export { readyBackend } from './backend/ready-backend.ts';
export * from './backend/use-backend.ts';
export { convNet1d, type ConvNet1dOptions } from './networks/convnet-1d.ts';
export type { ImageNetworkOptions, NetworkOptions } from './networks/options.ts';
export { smallMobileNet } from './networks/small-mobilenet.ts';
export { smallResNet } from './networks/small-resnet.ts';
export { vgg7, type Vgg7Options } from './networks/vgg7.ts';
export { groupNormalization, registerOwnLayers } from './layers-of-our-own/register.ts';
export {
  GroupNormalization,
  type GroupNormalizationConfig,
} from './layers-of-our-own/group-normalization.ts';
export type {
  FilterWeight,
  LayerRole,
  Network,
  NetworkInput,
  NetworkLayer,
  NetworkOutput,
  OpenShape,
  SizedLayer,
  OwnOperation,
  OwnOperations,
  SizedNetwork,
  WeightAccess,
  LayerWeight,
} from './network/network.ts';
export { withoutFilter } from './network/filter-weight.ts';
export { networkOf, type NetworkSource } from './network/network-of.ts';
export { notFiniteError, positionNotFinite } from './network/not-finite.ts';
export {
  layerCandidates,
  resolveOutput,
  resolveTarget,
  type LayerCandidate,
  type Layered,
  type TargetLayer,
  type TargetSelection,
} from './network/target.ts';
export { readClassNames } from './input/class-names.ts';
export type { InputShape } from './input/input-shape.ts';
export {
  colorOfZero,
  normalizationText,
  type MeanAndDeviation,
  type Normalization,
} from './input/normalization.ts';
export type { Transparency } from './input/byte-image.ts';
export type { Fit } from './input/fit-image.ts';
export { readInput, type ModelInput, type OriginalImage, type ReadInputOptions } from './input/read-input.ts';
export type { InputSource } from './input/read-source.ts';
export { arrayDataSet, type ArrayData } from './data/array-data-set.ts';
export { classLookup } from './data/class-lookup.ts';
export { augment, studyAugmentation, type AugmentationOptions } from './data/augmentation/augment.ts';
export type { DataSet, SkippedSource, TrainAndTest } from './data/data-set.ts';
export type { FolderSource } from './data/image-folder/folder-tree.ts';
export type { CheckProgress } from './data/image-folder/image-file-data-set.ts';
export {
  openImageFolder,
  openImageSplit,
  type ImageFolderOptions,
  type ImageSplit,
  type ImageSplitOptions,
} from './data/image-folder/open-image-folder.ts';
export { mnist1dDataSets } from './data/mnist1d/data-sets.ts';
export { readBatches, type Batch, type ReadBatchesOptions } from './data/read-batches.ts';
export { limitDataSet, splitDataSet, subset } from './data/subset.ts';
export { evaluate, type EvaluateOptions } from './evaluation/evaluate.ts';
export type { EvaluationResult } from './evaluation/evaluation-result.ts';
export type { FailedExample } from './evaluation/failed-example.ts';
export type { PredictionEngine } from './evaluation/classifier.ts';
export type { OutputKind } from './evaluation/model-scores.ts';
export { darkPalette, lightPalette, type PlotPalette } from './evaluation/plots/palette.ts';
export { embeddedModel, embeddedModelNames, type EmbeddedModelName } from './embedded/embedded-model.ts';
export { sealedJson, sealState } from './files/checksum.ts';
export { halfToNumber } from './files/half-precision.ts';
export {
  loadLayersModel,
  loadModel,
  type LoadOptions,
  type LoadedLayersModel,
  type LoadedModel,
  type LoadedGraph,
} from './files/load-model.ts';
export { fileRole, mainFile, type FileRole } from './files/file-role.ts';
export type { PictureDescription, ModelMetadata } from './files/metadata.ts';
export type { ModelSource } from './files/model-source.ts';
export { appendToFile, readFile, writeFileWhole } from '#platform';
export { modelFiles, saveModel, type NamedFile } from './files/save-model.ts';
export type { EpochRecord } from './training/history.ts';
export { reportLearningRate, type LearningRate } from './training/learning-rate.ts';
export type { OptimizerSettings } from './training/optimizer.ts';
export { defaultTrainingSettings, type TrainingSettings } from './training/options.ts';
export { mnist1dRecipe, texturesRecipe, tissueRecipe } from './training/recipes.ts';
export { train, type TrainingProgress, type TrainingResult, type TrainOptions } from './training/train.ts';
export { trainingStatus, type TrainingEnd } from './training/training-state.ts';
export {
  texturesDataSets,
  type TexturesDataSet,
  type TexturesDataSetsOptions,
} from './data/textures/data-sets.ts';
export {
  generateTexture,
  generateTextures,
  texturesDefaults,
  type TextureSample,
  type Textures,
  type TexturesOptions,
} from './data/textures/generate.ts';
export { tissueDataSet, tissueInputSize } from './data/tissue/data-set.ts';
export { tissueClassNames, tissueSample, tissueTestSamples } from './data/tissue/samples.ts';
export { textureClassNames } from './data/textures/patterns.ts';
export type { TextureRegion } from './data/textures/region.ts';
export { printable, printableJson, printableName, validXml } from './text/printable.ts';
export { openEventWriter, type EventWriter } from './tensorboard/event-writer.ts';
export { computeGraph, prepareGraph, releaseSessions } from './onnxruntime/graph-sessions.ts';
export { obstaclesBetween, type Obstacles } from './onnxruntime/obstacles.ts';
export { computeTensors, runNetwork } from './onnxruntime/run-network.ts';
