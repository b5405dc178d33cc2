/** What differs between Node and the browser; `node.ts` exports the same names. */
export { rasterize } from './browser-rasterize.ts';
