import * as tf from '@tensorflow/tfjs';
import {
  findOnnxRuntime,
  NODE_ONLY,
  type Device,
  type ExecutorName,
  type FoundRuntime,
  type Plan,
} from '@ablation-cam/kernels';
import { estimatedMs, workOf, type Work } from './calibration/estimate.ts';
import { machineSpeeds, type MachineSpeeds } from './calibration/machine-speeds.ts';
import { placeOf, type Place } from './calibration/speed.ts';
import { executorCalled } from './executor-called.ts';

/** What a choice goes by, besides the plan: by default this machine. */
export interface Machine {
  readonly speeds: MachineSpeeds;
  readonly findOnnxRuntime: () => Promise<FoundRuntime>;
}

/** An executor that could run the plan. */
interface Candidate {
  readonly name: ExecutorName;
  readonly place: Place;
  readonly work: Work;
}

/** What a ranking is for. */
interface Asked {
  readonly device: Device | null;
  readonly backend: string;
  readonly inputs: number;
}

/** How long executors are estimated to take. */
export interface Ranking {
  /** The shortest first. */
  readonly ranked: readonly { readonly name: ExecutorName; readonly ms: number }[];
  readonly isMeasured: boolean;
  /** Why ONNX Runtime is none of them, or null. */
  readonly without: string | null;
}

/** Where a run takes less, in milliseconds, it is all the same: neither ONNX Runtime is opened for it, nor anything measured. */
const SHORT_MS = 1;

/** A place that usually takes so many times as long as the best one is not measured: it would not be chosen. */
const OUT_OF_QUESTION = 6;

/**
 * Ranks executors by how long they are estimated to take for one tail, by the speeds that were measured on the machine. Fetched when it
 * is asked: where there is a graphics card nobody does.
 */
export class ExecutorRanking {
  readonly #planFor: (name: ExecutorName, device: Device | null) => Plan;
  readonly #machine: Machine;
  #last: (Asked & { readonly ranking: Ranking }) | null = null;

  /** @param planFor makes the plan for an executor, or has it */
  constructor(planFor: (name: ExecutorName, device: Device | null) => Plan, machine: Partial<Machine>) {
    this.#planFor = planFor;
    this.#machine = { speeds: machineSpeeds(), findOnnxRuntime, ...machine };
  }

  /**
   * Most calls ask for the same as the one before.
   *
   * @param inputs that are explained together
   */
  async of(device: Device | null, inputs: number): Promise<Ranking> {
    const backend = tf.getBackend();
    const known = this.#last;
    if (known?.device === device && known.backend === backend && known.inputs === inputs)
      return known.ranking;
    const { speeds } = this.#machine;
    await speeds.load();
    const candidate = (name: ExecutorName, version: string | null = null): Candidate => ({
      name,
      place: placeOf(name, backend, version),
      work: workOf(this.#planFor(name, device), inputs),
    });
    const candidates = (['webgpu', 'tfjs', 'reference'] as const)
      .filter((name) => device ?? name !== 'webgpu')
      .map((name) => candidate(name));
    let without: string | null = null;
    const rank = (): { name: ExecutorName; place: Place; ms: number }[] =>
      candidates
        .filter(({ place }) => speeds.failureOf(place) === null)
        .map(({ name, place, work }) => ({ name, place, ms: estimatedMs(work, speeds.speedOf(place)) }))
        .sort((a, b) => a.ms - b.ms);
    const isLong = (rank()[0]?.ms ?? 0) >= SHORT_MS;
    if (isLong) {
      const { version, absence } = await this.#machine.findOnnxRuntime();
      if (version !== null) candidates.push(candidate('onnxruntime', version));
      // A page has no choice: nothing to be said of it.
      else if (absence !== NODE_ONLY) without = absence;
      for (let next = openPlace(rank(), speeds); next; next = openPlace(rank(), speeds)) {
        await speeds.measure(next.place, executorCalled(next.name, device));
      }
    }
    for (const { name, place } of candidates) if (name === 'onnxruntime') without = speeds.failureOf(place);
    const ranked = rank();
    const isMeasured = ranked.slice(0, 2).every(({ place }) => speeds.isMeasured(place));
    const ranking = { ranked, isMeasured, without };
    this.#last = { device, backend, inputs, ranking };
    return ranking;
  }
}

/** The fastest place that has to be measured before one can tell which is the fastest. */
function openPlace<Ranked extends { readonly place: Place; readonly ms: number }>(
  ranked: readonly Ranked[],
  speeds: MachineSpeeds,
): Ranked | undefined {
  const [best] = ranked;
  return ranked.find(({ place, ms }) => speeds.isOpen(place) && ms <= OUT_OF_QUESTION * (best?.ms ?? 0));
}
