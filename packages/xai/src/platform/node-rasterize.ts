import { createRequire } from 'node:module';
import { optionalPackage } from '@ablation-cam/kernels';
import { XaiError } from '../errors.ts';

/** East Asian scripts, emoji and what else DejaVu Sans has no glyphs for. */
const BEYOND_DEJAVU =
  /[\u0900-\u0dff\u0f00-\u10ff\u1100-\u13ff\u1780-\u18af\u2e80-\ua4cf\uac00-\ufaff\u{1f000}-\u{3ffff}]/u;

/**
 * The SVG as a PNG file, drawn by resvg with the fonts of the npm package `dejavu-fonts-ttf`: the same on every machine, with or
 * without fonts of its own.
 *
 * @throws XaiError `invalid-input` where it is no SVG; KernelsError `package-missing` without one of these packages
 */
export async function rasterize(svg: string, scale: number): Promise<Uint8Array> {
  // Loaded on first use: an explanation that is not drawn needs no native library.
  const use = 'Drawing a PNG in Node';
  const { renderAsync } = await optionalPackage('@resvg/resvg-js', use, () => import('@resvg/resvg-js'));
  const { resolve } = createRequire(import.meta.url);
  const fontFiles = await optionalPackage('dejavu-fonts-ttf', use, () =>
    ['DejaVuSans', 'DejaVuSans-Bold'].map((name) => resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)),
  );
  try {
    const image = await renderAsync(svg, {
      fitTo: { mode: 'zoom', value: scale },
      // This version of resvg does not know `image-rendering="pixelated"`; its fast mode does the same.
      imageRendering: 1,
      font: {
        fontFiles,
        defaultFontFamily: 'DejaVu Sans',
        sansSerifFamily: 'DejaVu Sans',
        loadSystemFonts: BEYOND_DEJAVU.test(svg),
      },
    });
    return Uint8Array.from(image.asPng());
  } catch (cause) {
    throw new XaiError('invalid-input', 'The text to be rendered is not a valid SVG document.', { cause });
  }
}
