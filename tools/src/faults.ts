export { faultCommand, scenario, type AnyScenario } from './faults/command.ts';
export { filesArePoints } from './faults/edges/files.ts';
export { kernelsArePoints } from './faults/edges/kernels.ts';
export { gpuCensus, timers } from './faults/edges/node.ts';
export { SessionCensus, type SessionClass } from './faults/edges/sessions.ts';
export { failEveryPoint, type FaultOptions, type FaultReport } from './faults/fail-every-point.ts';
export { faultSample } from './faults/fault-sample.ts';
export { callPoint, type Fault } from './faults/points.ts';
export type { Census, RunContext, Scenario } from './faults/scenario.ts';
