import type * as AttributionMethods from './attribution-methods.ts';
import type * as CamMethods from './cam-methods.ts';

/**
 * The methods on layers but Ablation-CAM, and those on the input, are fetched when one is asked for: a page that has one needs no other.
 * What is here is kept: in Node an `import()` of it takes 0.4 ms, as much as a Grad-CAM of a small network.
 */
let camMethods: typeof CamMethods | null = null;
let attributionMethods: typeof AttributionMethods | null = null;

export async function cams(): Promise<typeof CamMethods> {
  return (camMethods ??= await import('./cam-methods.ts'));
}

export async function attributions(): Promise<typeof AttributionMethods> {
  return (attributionMethods ??= await import('./attribution-methods.ts'));
}
