export { assertClose, type Tolerance } from './testing/assert-close.ts';
export { assertRefused } from './testing/assert-refused.ts';
export { deviceSuite, type TestDevice } from './testing/device-suite.ts';
export {
  fuzzHere,
  tryDamage,
  type FuzzOutcome,
  type FuzzReport,
  type FuzzSubject,
  type FuzzTarget,
} from './testing/fuzz.ts';
export { halved } from './testing/halved.ts';
export { mutated, mutatedJson } from './testing/mutations.ts';
export { seededRandom, type SeededRandom } from './testing/seeded-random.ts';
export { hostileNames, tagShapes } from './testing/hostile-names.ts';
export { skipIf, type DefineTest } from './testing/skip.ts';
export { shared, type Shared } from '#platform';
export { exactChanges, type ExactChange, type ExactScoreFunction } from './testing/exact-scores.ts';
export {
  assertExtreme,
  extremeCases,
  type Arithmetic,
  type ExtremeAnswer,
  type ExtremeCase,
} from './testing/extreme-cases.ts';
