import type { BenchCase } from './case.ts';
import { confidentCase } from './confident.ts';
import { lastBlockCases } from './last-blocks.ts';
import { mnist1dCases } from './mnist1d.ts';
import { sweepCases } from './sweeps.ts';
import { tailCases } from './tails.ts';
import { vgg7Cases } from './vgg7.ts';

/** Every case, in the order of reports. */
export const allCases: readonly BenchCase[] = [
  ...mnist1dCases,
  ...vgg7Cases,
  ...tailCases,
  ...lastBlockCases,
  confidentCase,
  ...sweepCases,
];
