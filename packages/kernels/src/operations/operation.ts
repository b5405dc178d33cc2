import type { ActivationOperation } from './activation.ts';
import type { AffineOperation } from './affine.ts';
import type { ConcatenateOperation } from './concatenate.ts';
import type { ConstantOperation } from './constant.ts';
import type { ConvolutionOperation } from './convolution.ts';
import type { CropOperation } from './crop.ts';
import type { DenseOperation } from './dense.ts';
import type { DepthwiseOperation } from './depthwise.ts';
import type { GlobalPoolOperation } from './global-pool.ts';
import type { GroupNormalizationOperation } from './group-normalization.ts';
import type { LayerNormalizationOperation } from './layer-normalization.ts';
import type { MergeOperation } from './merge.ts';
import type { OpaqueOperation } from './opaque.ts';
import type { PadOperation } from './pad.ts';
import type { PermuteOperation } from './permute.ts';
import type { PoolOperation } from './pool.ts';
import type { PReluOperation } from './prelu.ts';
import type { RepeatOperation } from './repeat.ts';
import type { ReshapeOperation } from './reshape.ts';
import type { ResizeOperation } from './resize.ts';
import type { SoftmaxOperation } from './softmax.ts';
import type { TargetOperation } from './target.ts';

/** One operation of a tail. */
export type Operation =
  | TargetOperation
  | ConstantOperation
  | ActivationOperation
  | AffineOperation
  | PoolOperation
  | GlobalPoolOperation
  | ReshapeOperation
  | DenseOperation
  | ConvolutionOperation
  | DepthwiseOperation
  | PReluOperation
  | SoftmaxOperation
  | LayerNormalizationOperation
  | GroupNormalizationOperation
  | MergeOperation
  | ConcatenateOperation
  | PermuteOperation
  | PadOperation
  | CropOperation
  | ResizeOperation
  | RepeatOperation
  | OpaqueOperation;

/** The `kind` that tells operations apart. */
export type OperationKind = Operation['kind'];

/** Operations by their kind. */
export type OperationMap = { readonly [Each in Operation as Each['kind']]: Each };

/** Nobody evaluates these from their inputs: their values are given. */
export type GivenOperation = TargetOperation | ConstantOperation | OpaqueOperation;

/** The operations whose values are computed from their inputs. */
export type EvaluatedOperation = Exclude<Operation, GivenOperation>;

export type {
  ActivationOperation,
  AffineOperation,
  ConcatenateOperation,
  ConstantOperation,
  ConvolutionOperation,
  CropOperation,
  DenseOperation,
  DepthwiseOperation,
  GlobalPoolOperation,
  GroupNormalizationOperation,
  LayerNormalizationOperation,
  MergeOperation,
  OpaqueOperation,
  PadOperation,
  PermuteOperation,
  PoolOperation,
  PReluOperation,
  RepeatOperation,
  ReshapeOperation,
  ResizeOperation,
  SoftmaxOperation,
  TargetOperation,
};
export type { ActivationName } from './activation.ts';
export type { PoolReduction } from './pool.ts';
export type { MergeFunction } from './merge.ts';
