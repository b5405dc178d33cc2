export { assertClose, type Tolerance } from './testing/assert-close.ts';
export { deviceSuite, type TestDevice } from './testing/device-suite.ts';
export { seededRandom, type SeededRandom } from './testing/seeded-random.ts';
export { skipIf, type DefineTest } from './testing/skip.ts';
export { shared, type Shared } from '#platform';
