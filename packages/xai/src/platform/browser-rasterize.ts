import { renderOnCanvas } from '../drawing/render-on-canvas.ts';
import { XaiError } from '../errors.ts';

/**
 * The SVG as a PNG file, drawn by the browser.
 *
 * @throws XaiError `invalid-input` where it is no SVG, or the picture is larger than a canvas can be
 */
export async function rasterize(svg: string, scale: number): Promise<Uint8Array> {
  const canvas = document.createElement('canvas');
  await renderOnCanvas(svg, canvas, { scale });
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (blob === null) {
    throw new XaiError(
      'invalid-input',
      `A picture of ${canvas.width} x ${canvas.height} pixels is more than this browser can draw; use a smaller scale.`,
    );
  }
  return new Uint8Array(await blob.arrayBuffer());
}
