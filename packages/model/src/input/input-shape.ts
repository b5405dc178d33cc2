/** A model's input without the batch dimension; `null` where any size is taken. */
export type InputShape = readonly (number | null)[];

/** `[40, 1]`; `?` stands for any size. */
export function formatShape(shape: InputShape): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`;
}

/**
 * The shape that an array of shape `given` has as this model input, or `undefined` where it is none: a batch dimension of 1
 * in front may be there, and a channel dimension of 1 at the end may be left out.
 */
export function matchShape(given: readonly number[], model: InputShape): readonly number[] | undefined {
  const withoutBatch = given[0] === 1 ? [given.slice(1)] : [];
  const candidates = [given, ...withoutBatch].flatMap((shape) => [shape, [...shape, 1]]);
  return candidates.find(
    (shape) =>
      shape.length === model.length &&
      shape.every((size, axis) => size > 0 && size === (model[axis] ?? size)),
  );
}
