import * as tf from '@tensorflow/tfjs';
import { convolution, samePositions } from './convolutions.ts';
import { call, channelsOf, sizesOf, type Block, type Drawing, type Symbolic } from './drawing.ts';

/** A model as a layer, now and then inside another. */
export const nested: Block = (drawing, x) => {
  const model = modelOf(drawing, x, (inner) =>
    drawing.blocks(convolution(drawing, inner), drawing.random.integer(0, 2)),
  );
  return call(model, x);
};

/** A layer or a model that is called two or three times, one call after the other or side by side. */
export const shared: Block = (drawing, x) => {
  const { random } = drawing;
  const channels = channelsOf(x);
  const layer = random.pick([
    () => tf.layers.dense({ units: channels, activation: 'tanh' }),
    () =>
      tf.layers.prelu({
        sharedAxes: sizesOf(x)
          .slice(1)
          .map((_, axis) => axis + 1),
      }),
    () => modelOf(drawing, x, (inner) => samePositions(drawing, inner, channels)),
  ])();
  const first = call(layer, x);
  if (random.uniform() < 0.5) return call(layer, random.uniform() < 0.5 ? first : call(layer, first));
  const second = call(layer, samePositions(drawing, x, channels));
  return call(random.pick([tf.layers.add, tf.layers.maximum])(), first, second);
};

function modelOf(drawing: Drawing, x: Symbolic, body: (inner: Symbolic) => Symbolic): tf.LayersModel {
  const inputs = tf.input({ shape: sizesOf(x) });
  return tf.model({ inputs, outputs: body(inputs) });
}
