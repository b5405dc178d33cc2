import { activationFacts } from './activation.ts';
import { affineFacts } from './affine.ts';
import { concatenateFacts } from './concatenate.ts';
import { constantFacts } from './constant.ts';
import { convolutionFacts } from './convolution.ts';
import { cropFacts } from './crop.ts';
import { denseFacts } from './dense.ts';
import { depthwiseFacts } from './depthwise.ts';
import { globalPoolFacts } from './global-pool.ts';
import { groupNormalizationFacts } from './group-normalization.ts';
import { layerNormalizationFacts } from './layer-normalization.ts';
import { mergeFacts } from './merge.ts';
import { opaqueFacts } from './opaque.ts';
import { padFacts } from './pad.ts';
import { permuteFacts } from './permute.ts';
import { poolFacts } from './pool.ts';
import { preluFacts } from './prelu.ts';
import { repeatFacts } from './repeat.ts';
import { reshapeFacts } from './reshape.ts';
import { resizeFacts } from './resize.ts';
import { softmaxFacts } from './softmax.ts';
import { targetFacts } from './target.ts';
import type { Facts } from './facts.ts';
import type { OperationKind, OperationMap } from './operation.ts';

/** The facts of every kind of operation: a kind without them does not compile. */
export const operationFacts: { readonly [Kind in OperationKind]: Facts<OperationMap[Kind]> } = {
  target: targetFacts,
  constant: constantFacts,
  activation: activationFacts,
  affine: affineFacts,
  pool: poolFacts,
  'global-pool': globalPoolFacts,
  reshape: reshapeFacts,
  dense: denseFacts,
  convolution: convolutionFacts,
  depthwise: depthwiseFacts,
  prelu: preluFacts,
  softmax: softmaxFacts,
  'layer-normalization': layerNormalizationFacts,
  'group-normalization': groupNormalizationFacts,
  merge: mergeFacts,
  concatenate: concatenateFacts,
  permute: permuteFacts,
  pad: padFacts,
  crop: cropFacts,
  resize: resizeFacts,
  repeat: repeatFacts,
  opaque: opaqueFacts,
};

/** Returns what is known of an operation's kind. */
export function factsOf<Kind extends OperationKind>(operation: {
  readonly kind: Kind;
}): Facts<OperationMap[Kind]> {
  return operationFacts[operation.kind];
}
