import { XaiError } from '../errors.ts';
import { checkedScale, type RenderOptions } from './render-options.ts';

/**
 * Draws an SVG drawing of this package on a canvas, which gets its size. In browsers only.
 *
 * A content security policy has to allow images from `data:`.
 *
 * @throws XaiError `invalid-input` where it is no SVG, `invalid-option` for the scale
 */
export async function renderOnCanvas(
  svg: string,
  canvas: HTMLCanvasElement,
  options: RenderOptions = {},
): Promise<void> {
  const scale = checkedScale(options);
  const image = new Image();
  image.src = svgDataUri(svg);
  try {
    await image.decode();
  } catch (cause) {
    throw new XaiError('invalid-input', 'The text to be rendered is not a valid SVG document.', { cause });
  }
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
}

/** The drawing as the source of an `<img>`. */
export function svgDataUri(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}
