import type { Shape } from '../tail/shape.ts';
import { bytesPerInput, bytesPerVariant, chunkSizes, chunksPerInput, runBytes } from './chunk-sizes.ts';
import { tailOperations } from '../operations/tail-operations.ts';
import { planCost, type Plan, type SeparablePlan } from './plan.ts';
import { stepCost, type StepCost } from './step-cost.ts';
import type { Label, StepPlan } from './step-plan.ts';
import type { PlanStep } from './steps.ts';

/** A plan as people read it. Numbers are for one input, all K variants together. */
export interface PlanDescription {
  readonly target: string;
  /** K. */
  readonly channels: number;
  readonly classes: number;
  readonly steps: readonly StepDescription[];
  /**
   * Dispatches of one chunk; it does not depend on K. WebGPU takes one fewer where ablation values that are given need not be
   * written out.
   */
  readonly dispatches: number;
  readonly chunks: ChunkDescription;
  readonly operations: OperationCounts;
  /** Share of the plan's multiply-adds that are done K times, 0 to 1. */
  readonly kFoldShare: number;
  readonly ratios: PlanRatios;
  /** The operations that are left to the network's own layers, and why; empty where none is. */
  readonly fallback: readonly string[];
}

/**
 * One step of a plan for a reader: what is done, in which layers, and what it costs one input. Shapes are without the batch.
 */
export interface StepDescription {
  /** `base` and `off` are single runs through the tail, `variants` is done for all K. */
  readonly phase: 'base' | 'off' | 'variants' | 'all';
  readonly kind: PlanStep['kind'] | 'separable-dense';
  readonly layers: readonly string[];
  /** Of the tensor the step makes. */
  readonly label: Label;
  readonly input: Shape;
  readonly output: Shape;
  readonly dispatches: number;
  readonly bytes: number;
  /** Multiply-adds. */
  readonly operations: number;
  readonly isKFold: boolean;
}

/** How the variants of a plan are divided to stay within memory; sizes are in bytes, at 4 bytes a number. */
export interface ChunkDescription {
  /** Chunks of variants that one input takes. */
  readonly perInput: number;
  readonly variants: number;
  readonly bytesPerVariant: number;
  readonly bytesPerInput: number;
  /** Memory of a run with one input, besides the weights. */
  readonly runBytes: number;
  readonly budgetBytes: number | null;
}

/** Multiply-adds. */
export interface OperationCounts {
  /** What ablating takes beyond a run of the tail with all channels: the off stream, contributions, K-fold steps. */
  readonly plan: number;
  /** What the plan computes again of the run with all channels. */
  readonly base: number;
  /** Products of weights, once for all runs. */
  readonly weights: number;
  /** T, one pass of the tail. */
  readonly tail: number;
  /** F, one pass of the network, where the caller knows it. */
  readonly network: number | null;
}

/** Multiply-adds of other ways to explain, divided by those of this plan; null without the network's. */
export interface PlanRatios {
  /** K passes of the network: K F / (F + plan). */
  readonly naiveLoop: number | null;
  /** K passes of the tail, the forward pass left out on both sides: K T / plan. */
  readonly tailLoop: number;
  /** The plan against a Grad-CAM: (F + plan) / (F + T). */
  readonly gradCam: number | null;
}

/** Returns the plan as data for a table: what each step does, takes and costs, and the sums. */
export function describePlan(
  plan: Plan,
  options: { readonly networkOperations?: number } = {},
): PlanDescription {
  const { tail, channels, classes } = plan;
  const parts = plan.kind === 'steps' ? describeSteps(plan) : describeSingle(plan);
  const counts = { ...parts.counts, tail: tailOperations(tail), network: options.networkOperations ?? null };
  const { network } = counts;
  return {
    target: tail.nodes[tail.target]?.name ?? '',
    channels,
    classes,
    steps: parts.steps,
    dispatches: parts.steps.reduce((sum, { dispatches }) => sum + dispatches, 0),
    chunks: parts.chunks,
    operations: counts,
    kFoldShare: counts.plan === 0 ? 0 : kFoldOperations(parts.steps) / counts.plan,
    ratios: {
      naiveLoop: network === null ? null : (channels * network) / (network + counts.plan),
      tailLoop: (channels * counts.tail) / counts.plan,
      gradCam: network === null ? null : (network + counts.plan) / (network + counts.tail),
    },
    fallback: parts.fallback,
  };
}

interface Parts {
  readonly steps: readonly StepDescription[];
  readonly chunks: ChunkDescription;
  readonly counts: Pick<OperationCounts, 'plan' | 'base' | 'weights'>;
  readonly fallback: readonly string[];
}

function describeSteps(plan: StepPlan): Parts {
  const all: readonly PlanStep[] = [...plan.inputSteps, ...plan.variantSteps];
  const costs = all.map((step) => stepCost(plan, step));
  const steps = all.map((step, i) => describeStep(plan, step, costs[i]!));
  const sum = (phase: 'base' | 'other'): number =>
    steps.reduce((total, step) => {
      return (step.phase === 'base') === (phase === 'base') ? total + step.operations : total;
    }, 0);
  const sizes = chunkSizes(plan, 1);
  return {
    steps,
    chunks: {
      perInput: chunksPerInput(plan),
      variants: sizes.variants,
      bytesPerVariant: bytesPerVariant(plan),
      bytesPerInput: bytesPerInput(plan),
      runBytes: runBytes(plan, sizes),
      budgetBytes: plan.budgetBytes,
    },
    counts: {
      plan: sum('other'),
      base: sum('base'),
      weights: costs.reduce((total, cost) => total + cost.weightOperations, 0),
    },
    fallback: plan.variantSteps.flatMap((step) => (step.kind === 'fallback' ? step.reasons : [])),
  };
}

function describeStep(plan: StepPlan, step: PlanStep, cost: StepCost): StepDescription {
  const { dispatches, operations, isKFold, bytes } = cost;
  return {
    phase: step.kind === 'switch-off' ? 'off' : step.kind === 'evaluate' ? step.stream : 'variants',
    kind: step.kind,
    layers: step.layers,
    label: plan.labels[step.node] ?? { kind: 'same' },
    input: inputShape(step),
    output: plan.tail.nodes[step.node]?.shape ?? [],
    dispatches,
    bytes,
    operations,
    isKFold,
  };
}

function inputShape(step: PlanStep): Shape {
  switch (step.kind) {
    case 'switch-off':
    case 'score':
      return [];
    case 'evaluate':
      return step.inputs[0]?.shape ?? [];
    case 'contribute':
    case 'convolve':
    case 'propagate':
      return step.source.shape;
    case 'combine':
    case 'concatenate':
      return step.operands[0]?.shape ?? [];
    case 'fallback':
      return step.frontier[0]?.operand.shape ?? [];
  }
}

function describeSingle(plan: SeparablePlan): Parts {
  const { tail, step, channels, classes } = plan;
  const { bytes } = planCost(plan, 1);
  const contributions = step.features * channels * classes;
  return {
    steps: [
      {
        phase: 'all',
        kind: 'separable-dense',
        layers: tail.nodes.slice(tail.target + 1).map(({ name }) => name),
        label: { kind: 'one-channel' },
        input: tail.nodes[tail.target]?.shape ?? [],
        output: [classes],
        dispatches: 1,
        bytes,
        operations: contributions,
        isKFold: false,
      },
    ],
    chunks: {
      perInput: 1,
      variants: channels,
      bytesPerVariant: 0,
      bytesPerInput: bytes,
      runBytes: bytes,
      budgetBytes: null,
    },
    counts: { plan: contributions, base: 0, weights: 0 },
    fallback: [],
  };
}

function kFoldOperations(steps: readonly StepDescription[]): number {
  return steps.reduce((sum, { isKFold, operations }) => sum + (isKFold ? operations : 0), 0);
}
