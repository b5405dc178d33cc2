import * as tf from '@tensorflow/tfjs';
import {
  findOnnxRuntime,
  NODE_ONLY,
  type Device,
  type Executor,
  type ExecutorName,
  type FoundRuntime,
  type Plan,
  type Tail,
} from '@ablation-cam/kernels';
import type { Choice } from '../explanation/explanation.ts';
import { estimatedMs, workOf, type Work } from './calibration/estimate.ts';
import { machineSpeeds, type MachineSpeeds } from './calibration/machine-speeds.ts';
import { placeOf, type Place } from './calibration/speed.ts';
import type { Runtime } from './choose-runtime.ts';
import { executorCalled, planFor } from './executor-called.ts';

/** What an ablation runs on, and the plan it runs. */
export interface PlannedExecutor {
  readonly executor: Executor;
  readonly plan: Plan;
  readonly choice: Choice<ExecutorName>;
}

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

interface Ranking {
  readonly device: Device | null;
  readonly backend: string;
  readonly inputs: number;
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
 * The executors for one tail, each with its plan, which is made when it is first needed. `auto` takes WebGPU on a hardware
 * adapter, ONNX Runtime where it runs the network, otherwise the executor on which the plan is estimated to take least, by the speeds that were measured on the machine.
 */
export class ExecutorChoice {
  readonly #tail: Tail;
  readonly #machine: Machine;
  readonly #plans = new Map<unknown, Plan>();
  #last: Ranking | null = null;

  constructor(tail: Tail, machine: Partial<Machine> = {}) {
    this.#tail = tail;
    this.#machine = { speeds: machineSpeeds(), findOnnxRuntime, ...machine };
  }

  /**
   * @param inputs that are explained together
   * @param isTogether whether ONNX Runtime runs the network and could take the plan along in the same program
   * @throws KernelsError `too-large` where no plan fits the executor's limits
   */
  async choose(
    requested: ExecutorName | 'auto',
    { device, absence }: Pick<Runtime, 'device' | 'absence'>,
    inputs: number,
    isTogether = false,
  ): Promise<PlannedExecutor> {
    const named = (name: ExecutorName, reason: string): PlannedExecutor => ({
      executor: executorCalled(name, device),
      plan: this.#planFor(name, device),
      choice: { requested, chosen: name, reason },
    });
    if (requested !== 'auto') return named(requested, 'asked for');
    if (device?.adapter.software === false) return named('webgpu', 'a hardware WebGPU adapter is present');
    const why = absence?.replace(/\.$/, '') ?? 'the WebGPU adapter is a software one';
    if (isTogether) return named('onnxruntime', `${why}; in one program with the forward pass`);
    const { ranked, isMeasured, without } = await this.#ranking(device, inputs);
    const [best, second] = ranked;
    const by = isMeasured ? "this machine's calibration" : 'its cost';
    const also = without === null ? '' : `; not on ONNX Runtime: ${without.replace(/\.$/, '')}`;
    return named(
      best?.name ?? 'reference',
      `${why}${also}; by ${by} the plan takes about ${duration(best?.ms)} here, ${duration(second?.ms)} on ${second?.name ?? 'none'}`,
    );
  }

  /** How long each executor is estimated to take. Most calls ask for the same as the one before. */
  async #ranking(device: Device | null, inputs: number): Promise<Ranking> {
    const backend = tf.getBackend();
    const known = this.#last;
    if (known?.device === device && known.backend === backend && known.inputs === inputs) return known;
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
    this.#last = { device, backend, inputs, ranked, isMeasured, without };
    return this.#last;
  }

  #planFor(name: ExecutorName, device: Device | null): Plan {
    // Devices differ in their limits, which a plan keeps within; libraries run the same steps.
    const key = name === 'webgpu' && device ? device : name === 'onnxruntime' ? 'tfjs' : name;
    const plan = this.#plans.get(key) ?? planFor(this.#tail, name, device);
    this.#plans.set(key, plan);
    return plan;
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

function duration(ms = 0): string {
  if (ms < 10) return `${ms.toPrecision(1)} ms`;
  return ms < 1000 ? `${ms.toFixed()} ms` : `${(ms / 1000).toPrecision(2)} s`;
}
