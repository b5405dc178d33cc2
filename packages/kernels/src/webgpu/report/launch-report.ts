import type { Plan } from '../../plan/plan.ts';
import { DEFAULT_LIMITS } from '../../plan/plan-steps.ts';
import { wantedOf } from '../../plan/result-layout.ts';
import type { PlanLimits } from '../../plan/step-plan.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import type { Launch } from '../launch/launch.ts';
import { LAYOUTS, type LayoutName } from '../launch/layout.ts';
import { programmedPlan } from '../programmed-plan.ts';
import { readBackBytes, type ChunkProgram, type RunSettings } from '../program/chunk-program.ts';
import { submissionsOf, waitsOf } from '../program/run-chunk.ts';
import { ADAPTER_MODELS, type AdapterModel, type AdapterModelName } from './adapter-model.ts';
import { countLaunch, type DispatchCount } from './count-launches.ts';
import { occupancyOf } from './occupancy.ts';
import { estimateDispatch, type Estimate } from './roofline.ts';

/** For which machine and which run `launchReport` counts. */
export interface LaunchReportOptions {
  /** The GPU that times are estimated for. Default: `desktop`. */
  readonly adapter?: AdapterModelName;
  /** Default: `wide`, as hardware has it. */
  readonly layout?: LayoutName;
  /** Inputs of the run. Default: 1. */
  readonly inputs?: number;
  /** Classes that are explained of each, with a map each. Default: 1. */
  readonly classes?: number;
  /** Of the device. Default: those every WebGPU device has. */
  readonly limits?: PlanLimits;
}

/** A dispatch of a run, with its estimate. */
export interface ReportedDispatch extends DispatchCount {
  /** How often a run makes it, in chunks of inputs and of variants. */
  readonly times: number;
  readonly estimate: Estimate;
  /** Of the threads that a core can hold, those that the kernel leaves room for. */
  readonly occupancy: number;
}

/** What a run of a prepared plan launches, counted without a GPU. */
export interface LaunchReport {
  readonly layout: LayoutName;
  readonly adapter: AdapterModel;
  readonly inputs: number;
  /** How many inputs, and how many variants of each, go together. */
  readonly chunk: { readonly inputs: number; readonly variants: number };
  /** Those of a chunk of inputs, in order; chunks of variants after the first are counted in `times`. */
  readonly dispatches: readonly ReportedDispatch[];
  /** All of a run. */
  readonly dispatchCount: number;
  readonly submissions: number;
  /** How often a run waits for the device; of chunks of one submission, while the next one is computed. */
  readonly hostWaits: number;
  readonly readBackBytes: number;
  /** Weights on the device, and what comes with a run and is read. */
  readonly weightBytes: number;
  readonly givenBytes: number;
  readonly estimate: RunEstimate;
}

/** Milliseconds of a run. */
export interface RunEstimate {
  readonly ms: number;
  /**
   * What no layout saves: launches and the way back to the host; weights once for each step that reads them - a layer's base has
   * to be there before its changes go through an activation -, what is given and what comes back; multiply-adds.
   */
  readonly launchMs: number;
  readonly bandwidthMs: number;
  readonly arithmeticMs: number;
}

/**
 * Returns what a run of a plan launches on WebGPU and how long a described adapter would take. The numbers are those that the
 * run itself is made of; nothing is run, and no weights are worked out.
 *
 * @throws KernelsError `too-large` where the limits leave no way
 */
export function launchReport(plan: Plan, options: LaunchReportOptions = {}): LaunchReport {
  const { adapter = 'desktop', layout = 'wide', inputs = 1, classes = 1, limits = DEFAULT_LIMITS } = options;
  const model = ADAPTER_MODELS[adapter];
  const programmed = programmedPlan(plan, LAYOUTS[layout], limits);
  const wanted = wantedOf(Math.min(classes, plan.classes));
  const sizes = programmed.chunkSizes(inputs, wanted);
  const program = programmed.program({ ...REPORTED, ...sizes, wanted });
  const chunks = Math.ceil(inputs / sizes.inputs);
  const reported = (launches: readonly Launch[], times: number): ReportedDispatch[] =>
    launches.map((launch) => {
      const count = countLaunch(launch, LAYOUTS[layout], limits);
      return {
        ...count,
        times: times * chunks,
        estimate: estimateDispatch(count, model),
        occupancy: occupancyOf(count, model.ofCore),
      };
    });
  const ofVariants = program.batch(0).segments.flatMap(({ launches }) => launches);
  const dispatches = [
    ...reported(program.inputLaunches, 1),
    ...reported(ofVariants, program.batches),
    ...reported(program.mapLaunches, 1),
  ];
  const sum = (of: (dispatch: ReportedDispatch) => number): number =>
    dispatches.reduce((total, dispatch) => total + dispatch.times * of(dispatch), 0);
  const given = readOf(program);
  const givenBytes =
    chunks * bytesOf(program.given.map(({ spec }) => spec).filter((spec) => given.has(spec)));
  const backBytes = chunks * readBackBytes(program);
  const dispatchCount = sum(() => 1);
  // Chunks of one submission overlap: only the last one's way back is waited for with nothing to do.
  const waits = submissionsOf(program) === 1 ? 1 : chunks;
  const trips =
    (waits * model.roundTripMicroseconds) / 1e3 + backBytes / (model.readBackGigabytesPerSecond * 1e6);
  return {
    layout,
    adapter: model,
    inputs,
    chunk: sizes,
    dispatches,
    dispatchCount,
    submissions: chunks * submissionsOf(program),
    hostWaits: chunks * waitsOf(program),
    readBackBytes: backBytes,
    weightBytes: bytesOf(programmed.constants),
    givenBytes,
    estimate: {
      ms: sum(({ estimate }) => estimate.ms) + trips,
      launchMs: (dispatchCount * model.launchMicroseconds) / 1e3 + trips,
      bandwidthMs: (programmed.constantReadBytes + givenBytes + backBytes) / (model.gigabytesPerSecond * 1e6),
      arithmeticMs: sum(({ operations }) => operations) / (model.gigaflops * 1e6),
    },
  };
}

/** What most runs ask for. */
const REPORTED: Omit<RunSettings, 'inputs' | 'variants' | 'wanted'> = {
  listsPerInput: false,
  off: 'channel',
  score: 'probability',
  weighting: 'relative-drop',
  norm: 2,
};

/** Every buffer that a launch of the program is bound to. */
function readOf(program: ChunkProgram): Set<BufferSpec> {
  const launches = [
    ...program.inputLaunches,
    ...program.batch(0).segments.flatMap((segment) => segment.launches),
    ...program.mapLaunches,
  ];
  return new Set(launches.flatMap(({ buffers }) => Object.values(buffers).filter((spec) => spec !== null)));
}

function bytesOf(specs: readonly BufferSpec[]): number {
  return specs.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
