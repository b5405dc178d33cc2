/**
 * Plans and graphs as programs of ordinary operations, for executors that a library runs; from outside
 * `@ablation-cam/kernels/lowering`. Apart from the rest, which pages load without it.
 */
export { kernelsInTurns } from './lowering/kernels-in-turns.ts';
export { LastStep, lastStepOf } from './lowering/last-step.ts';
export { lengthIn, shapeIn, type Chunk, type Length, type ProgramShape } from './lowering/length.ts';
export { lowerPlan, type LoweringOptions, type PlanProgram } from './lowering/lower-plan.ts';
export { lowerNetworkPlan } from './lowering/lower-network-plan.ts';
export { lowerGraph, type GraphProgram } from './lowering/lower-graph.ts';
export type * from './lowering/primitives.ts';
export type {
  GivenTensor,
  Program,
  ProgramConstant,
  ProgramNode,
  ProgramOutput,
  Tensor as ProgramTensor,
} from './lowering/program.ts';
export { evaluateTail } from './reference/evaluate-tail.ts';
export { scoreChange, type ScoreChange } from './reference/score-change.ts';
export { RunResults } from './reference/run-results.ts';
export type { InputWeights } from './reference/input-weights.ts';
export type { OpenOutput } from './ablation/open-output.ts';
