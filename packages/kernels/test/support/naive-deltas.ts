import { type Tail } from '../../src/index.ts';
import { evaluateTail } from '../../src/lowering.ts';
import type { RandomTail } from './random-tail.ts';

/** Values of the nodes that must be given, in float64. */
export function givenValues({ tail, activation, constants }: RandomTail): Map<number, Float64Array> {
  const given = new Map([[tail.target, Float64Array.from(activation)]]);
  for (const [node, values] of constants) given.set(node, Float64Array.from(values));
  return given;
}

/** How opaque nodes of random tails are evaluated: x^3. */
export function evaluateWithCubes(tail: Tail, given: ReadonlyMap<number, Float64Array>): Float64Array[] {
  const values = new Map(given);
  tail.nodes.forEach(({ operation, inputs }, index) => {
    if (operation.kind !== 'opaque' || values.has(index)) return;
    const before: Tail = { ...tail, nodes: tail.nodes.slice(0, index) };
    const x = evaluateTail(before, values)[inputs[0] ?? 0];
    values.set(
      index,
      (x ?? new Float64Array()).map((value) => value ** 3),
    );
  });
  return evaluateTail(tail, values);
}

/** The base logits and, by one evaluation a channel, how far each falls: `[classes]` and `[channels, classes]`. */
export function naiveDeltas(random: RandomTail): { logits: Float64Array; deltas: Float64Array } {
  const { tail, off } = random;
  const given = givenValues(random);
  const activation = given.get(tail.target) ?? new Float64Array();
  const logits = evaluateWithCubes(tail, given)[tail.output] ?? new Float64Array();
  const deltas = new Float64Array(off.length * logits.length);
  off.forEach((value, k) => {
    const masked = activation.map((on, i) => (i % off.length === k ? value : on));
    const ablated = evaluateWithCubes(tail, new Map(given).set(tail.target, masked))[tail.output];
    deltas.set(
      logits.map((z, c) => z - (ablated?.[c] ?? NaN)),
      k * logits.length,
    );
  });
  return { logits, deltas };
}

/** The deltas as weights, `[classes, channels]`: the slope of a logit is its fall divided by the channel's norm. */
export function naiveSlopes(random: RandomTail): number[] {
  const { deltas } = naiveDeltas(random);
  const channels = random.off.length;
  const classes = deltas.length / channels;
  return Array.from(deltas, (_, at) => {
    const channel = at % channels;
    const delta = deltas[channel * classes + Math.floor(at / channels)] ?? NaN;
    let squares = 0;
    random.activation.forEach((value, i) => {
      if (i % channels === channel) squares += value * value;
    });
    return squares === 0 ? 0 : delta / Math.sqrt(squares);
  });
}
