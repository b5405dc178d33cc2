/** What of the faults a browser can have. */
export { GpuCensus, type GpuClasses } from './faults/edges/gpu.ts';
export { kernelsArePoints } from './faults/edges/kernels.ts';
export { failEveryPoint, type FaultOptions } from './faults/fail-every-point.ts';
export { faultLines, violationsOf } from './faults/report.ts';
export type { Census, Scenario } from './faults/scenario.ts';
