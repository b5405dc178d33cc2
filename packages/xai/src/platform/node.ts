/** What differs between Node and the browser; `browser.ts` exports the same names. */
export { rasterize } from './node-rasterize.ts';
export { keptSpeeds, takesUsualSpeeds } from './node-kept-speeds.ts';
