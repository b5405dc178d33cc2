import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onnxRules } from '../src/onnx/rules/table.ts';
import { checkOnnx } from './support/onnx/check-onnx.ts';
import { drawnFile, onnxDraws } from './support/onnx/draws/table.ts';

/** Of each operator. */
const FILES = 6;

const test = suite('every operator of ONNX with a rule, drawn at random, against ONNX Runtime');

// A name with a dot is that of a pattern of several nodes, not of an operator.
const planned = Object.keys(onnxRules).filter((type) => !type.includes('.'));

test('each operator with a rule is drawn', () => {
  assert.equal(Object.keys(onnxDraws).sort(), planned.toSorted());
});

for (const type of planned) {
  test(type, async () => {
    for (let seed = 0; seed < FILES; seed++) {
      const { builder, dims } = drawnFile(type, seed);
      try {
        await checkOnnx(builder, [dims]);
      } catch (error) {
        const nodes = builder.nodes.map(({ opType }) => opType).join(', ');
        const what = `seed ${String(seed)}, opset ${String(builder.opset)}, [${dims.join(', ')}]: ${nodes}`;
        throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}

test.run();
