import type { Shared } from './node.ts';

export type { Shared };

export function shared(): Shared {
  return { path: undefined, missing: 'a browser page cannot read the folder of reference material' };
}
