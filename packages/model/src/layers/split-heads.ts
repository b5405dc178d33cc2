import type { ScoreFunction } from '@ablation-cam/kernels';
import { activationField, isChannelsFirst, layerClass } from './layer-fields.ts';
import type { LayerGraphOutput, LayerCall, TensorId } from './layer-graph.ts';
import type { OpenShape } from '../network/network.ts';
import { isVector } from './shapes.ts';

/** Layers that hand on their input's values in the same order; at inference dropout and noise do nothing. */
const KEEPS_VALUES = new Set([
  'Dropout',
  'SpatialDropout1D',
  'KerasIdentity',
  'GaussianDropout',
  'GaussianNoise',
  'AlphaDropout',
  'Flatten',
  'Reshape',
]);

/** Layers that apply their `activation` to a result of their own. */
const WITH_ACTIVATION = new Set([
  'Dense',
  'Conv1D',
  'Conv2D',
  'DepthwiseConv2D',
  'SeparableConv2D',
  'KerasConvolution',
  'KerasDilatedDepthwise',
]);

/** The logarithm of a softmax has the same logits, and the same classes win: it is explained as its softmax. */
const SCORE_FUNCTIONS: Readonly<Record<string, ScoreFunction>> = {
  softmax: 'softmax',
  logSoftmax: 'softmax',
  sigmoid: 'sigmoid',
};

interface Heads {
  readonly calls: LayerCall[];
  readonly shapes: OpenShape[];
  readonly outputs: LayerGraphOutput[];
}

/**
 * Finds the logits of every output: behind layers that only rearrange, the input of a softmax or sigmoid. Where that
 * activation is fused into a layer, the layer's call is split in two.
 */
export function splitHeads(
  calls: readonly LayerCall[],
  shapes: readonly OpenShape[],
  outputs: readonly { readonly name: string; readonly tensor: TensorId }[],
): Heads {
  const heads: Heads = { calls: [...calls], shapes: [...shapes], outputs: [] };
  for (const output of outputs) heads.outputs.push({ ...output, ...findHead(heads, output.tensor) });
  return heads;
}

function findHead(heads: Heads, output: TensorId): Pick<LayerGraphOutput, 'logits' | 'scoreFunction'> {
  const linear = { logits: output, scoreFunction: 'linear' } as const;
  let tensor = output;
  for (;;) {
    const index = heads.calls.findIndex(({ outputs }) => outputs.includes(tensor));
    const call = heads.calls[index];
    const input = call?.inputs[0];
    if (!call || input === undefined) return linear;

    const name = headActivation(call);
    const scoreFunction = name === null ? undefined : SCORE_FUNCTIONS[name];
    if (scoreFunction) {
      if (scoreFunction === 'softmax' && !isVector(heads.shapes[tensor] ?? [])) return linear;
      const logits = call.part === 'whole' && fuses(call) ? split(heads, index) : input;
      return { logits, scoreFunction };
    }
    if (!keepsValues(call)) return linear;
    tensor = input;
  }
}

/** The name of the activation that ends the call, or null where there is none. */
function headActivation({ layer, part }: LayerCall): string | null {
  const known = layerClass(layer);
  if (known === 'Softmax') return 'softmax';
  if (part === 'before-activation' || known === null) return null;
  const applies = known === 'Activation' || (WITH_ACTIVATION.has(known) && !isChannelsFirst(layer));
  return applies ? (activationField(layer)?.getClassName() ?? null) : null;
}

function fuses({ layer }: LayerCall): boolean {
  return WITH_ACTIVATION.has(layerClass(layer) ?? '');
}

function keepsValues(call: LayerCall): boolean {
  const known = layerClass(call.layer);
  if (known === null) return false;
  if (known === 'Flatten' && isChannelsFirst(call.layer)) return false;
  return KEEPS_VALUES.has(known) || (known === 'Activation' && headActivation(call) === 'linear');
}

/** Replaces a call by one without its activation and one that applies it; returns the tensor between them. */
function split(heads: Heads, index: number): TensorId {
  const [call] = heads.calls.slice(index, index + 1);
  const output = call?.outputs[0];
  if (!call || output === undefined) throw new RangeError(`There is no call ${String(index)} to split.`);
  const logits = heads.shapes.push(heads.shapes[output] ?? []) - 1;
  heads.calls.splice(
    index,
    1,
    { ...call, part: 'before-activation', outputs: [logits] },
    { ...call, part: 'activation', inputs: [logits] },
  );
  return logits;
}
