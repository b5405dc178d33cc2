import { colorOfZero, type ModelInput, type Normalization, type OriginalImage } from '@ablation-cam/model';
import { erasedCells, type Erasure } from '../protocol/erasure.ts';
import { blankInput } from './blank-input.ts';
import { blurred } from './blur.ts';

/**
 * Returns an input with a part of it erased, as the network gets it and as it is shown; the input that is given stays as it is.
 *
 * @param normalization how the input was scaled, where it is an image
 */
export function eraseInput(
  input: ModelInput,
  { fill, marks }: Pick<Erasure, 'fill' | 'marks'>,
  normalization: Normalization | undefined,
): ModelInput {
  const { data, shape, original, name } = input;
  const rest = fill === 'blur' ? blurred(data, shape) : blankInput(input, fill);
  return {
    ...input,
    name: `${name}, partly erased`,
    data: mixed(data, rest, erasedCells(marks, shape.slice(0, -1))),
    ...(original && { original: erasedImage(original, { fill, marks }, normalization) }),
  };
}

function erasedImage(
  image: OriginalImage,
  { fill, marks }: Pick<Erasure, 'fill' | 'marks'>,
  normalization: Normalization | undefined,
): OriginalImage {
  const { width, height } = image;
  const data = Float32Array.from(image.rgb);
  const shape = [height, width, 3];
  const rest = (): Float32Array => {
    if (fill === 'blur') return blurred(data, shape);
    if (fill === 'mean') return blankInput({ data, shape }, fill);
    const color = colorOfZero(normalization);
    return data.map((_, i) => color[i % 3] ?? 0);
  };
  const values = mixed(data, rest(), erasedCells(marks, [height, width]));
  return { width, height, rgb: Uint8Array.from(values, Math.round) };
}

/** @param erased 1 where `rest` takes the place of `data`, one for each position */
function mixed(data: Float32Array, rest: Float32Array, erased: Uint8Array): Float32Array {
  const channels = data.length / erased.length;
  return data.map((value, i) => (erased[Math.floor(i / channels)] === 1 ? (rest[i] ?? 0) : value));
}
