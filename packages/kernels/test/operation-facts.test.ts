import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { factsOf, type EvaluatedOperation, type Shape } from '../src/index.ts';
import { evaluateNode } from '../src/reference/evaluate-node.ts';
import { evaluateWithCubes, givenValues } from './support/naive-deltas.ts';
import { randomTail } from './support/random-tail.ts';

/** What rounding in float64 may leave of values near 1 that normalisations enlarge by up to 1 / sqrt(epsilon). */
const ROUNDING = 1e-9;

const test = suite('facts of operations, against their evaluation');

interface Case {
  readonly operation: EvaluatedOperation;
  readonly inputs: readonly { readonly shape: Shape; readonly data: Float64Array }[];
  readonly shape: Shape;
}

/** Every node of many random tails that is evaluated from inputs, with their values. */
function* cases(): Generator<Case> {
  for (let seed = 1; seed <= 150; seed++) {
    const random = randomTail(seed);
    const values = evaluateWithCubes(random.tail, givenValues(random));
    for (const { operation, inputs, shape } of random.tail.nodes) {
      const { kind } = operation;
      if (kind === 'target' || kind === 'constant' || kind === 'opaque') continue;
      const own = inputs.map((input) => ({
        shape: random.tail.nodes[input]?.shape ?? [],
        data: values[input] ?? new Float64Array(),
      }));
      yield { operation, inputs: own, shape };
    }
  }
}

function evaluate({ operation, shape }: Case, inputs: Case['inputs']): Float64Array {
  return evaluateNode({ name: operation.kind, operation, shape }, inputs);
}

/** The same inputs with something added to one element, or to all of one input. */
function shifted(inputs: Case['inputs'], at: number, by: (element: number) => number): Case['inputs'] {
  return inputs.map((x, i) => (i === at ? { ...x, data: x.data.map((v, e) => v + by(e)) } : x));
}

test('no element of a result depends on an element that its support leaves out', () => {
  const kinds = new Set<string>();
  for (const item of cases()) {
    const { operation, inputs, shape } = item;
    const shapes = inputs.map((input) => input.shape);
    const support = factsOf(operation).support(operation, shapes, shape);
    if (!support) continue;
    const read = Array.from({ length: support.sets }, () => new Set<string>());
    read.forEach((set, i) => {
      support.visit(i, (element, input) => set.add(`${String(input)}:${String(element)}`));
    });
    const before = evaluate(item, inputs);
    const [x] = inputs;
    for (let element = 0; element < Math.min(12, x?.data.length ?? 0); element++) {
      const after = evaluate(
        item,
        shifted(inputs, 0, (e) => (e === element ? 0.7 : 0)),
      );
      after.forEach((value, i) => {
        const place = `${operation.kind}: ${String(i)} reads ${String(element)}`;
        const isRead = read[support.setOf(i)]?.has(`0:${String(element)}`) === true;
        // An input that comes twice is shifted once only, which its other place allows for.
        if (Math.abs(value - (before[i] ?? 0)) > ROUNDING) assert.ok(isRead, place);
      });
    }
    kinds.add(operation.kind);
  }
  for (const kind of ['pool', 'convolution', 'depthwise', 'merge', 'concatenate', 'group-normalization']) {
    assert.ok(kinds.has(kind), kind);
  }
});

test('linear operations change by as much, whatever the values; the others do not', () => {
  const nonLinear = new Set<string>();
  for (const item of cases()) {
    const { operation, inputs } = item;
    const delta = (e: number): number => Math.sin(e + 1);
    const change = (base: Case['inputs']): Float64Array => {
      const after = evaluate(item, shifted(base, 0, delta));
      return evaluate(item, base).map((value, i) => value - (after[i] ?? 0));
    };
    const elsewhere = inputs.map((x, at) => ({ ...x, data: x.data.map((v, e) => v - 2 * Math.cos(e + at)) }));
    const [here, there] = [change(inputs), change(elsewhere)];
    const differs = here.some(
      (value, i) => Math.abs(value - (there[i] ?? 0)) > ROUNDING * (1 + Math.abs(value)),
    );
    if (factsOf(operation).isLinear(operation)) assert.not(differs, operation.kind);
    else if (differs) nonLinear.add(operation.kind);
  }
  for (const kind of [
    'activation',
    'prelu',
    'softmax',
    'layer-normalization',
    'group-normalization',
    'merge',
  ]) {
    assert.ok(nonLinear.has(kind), kind);
  }
});

test('shapes are those that the nodes state', () => {
  for (const { operation, inputs, shape } of cases()) {
    const shapes = inputs.map((input) => input.shape);
    assert.equal(factsOf(operation).shape(operation, shapes, shape), shape, operation.kind);
  }
});

test.run();
