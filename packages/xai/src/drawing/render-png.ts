import { rasterize } from '#platform';
import { checkedScale, type RenderOptions } from './render-options.ts';

/**
 * Returns a drawing of this package as a PNG file. In Node text is set in DejaVu Sans, which comes along; in a browser, where this
 * needs a document and so does not run in workers, in the fonts of the system.
 *
 * @param svg as a `draw...` function returns it
 * @throws XaiError `invalid-input` where it is no SVG, `invalid-option` for the scale
 */
export async function renderPng(svg: string, options: RenderOptions = {}): Promise<Uint8Array> {
  return rasterize(svg, checkedScale(options));
}
