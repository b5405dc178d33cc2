import type { Device, Executor, ExecutorName, Plan, Tail } from '@ablation-cam/kernels';
import type { Choice } from '../explanation/explanation.ts';
import type { Runtime } from './choose-runtime.ts';
import { executorCalled, planFor } from './executor-called.ts';
import type { ExecutorRanking, Machine } from './executor-ranking.ts';

/** What an ablation runs on, and the plan it runs. */
export interface PlannedExecutor {
  readonly executor: Executor;
  readonly plan: Plan;
  readonly choice: Choice<ExecutorName>;
}

/**
 * The executors for one tail, each with its plan, which is made when it is first needed. `auto` takes WebGPU on a hardware
 * adapter, ONNX Runtime where it runs the network, otherwise the executor on which the plan is estimated to take least, by the
 * speeds that were measured on the machine.
 */
export class ExecutorChoice {
  readonly #tail: Tail;
  readonly #machine: Partial<Machine>;
  readonly #plans = new Map<unknown, Plan>();
  #ranking: Promise<ExecutorRanking> | null = null;

  /** @param machine what the choice goes by, besides the plan; default: this machine */
  constructor(tail: Tail, machine: Partial<Machine> = {}) {
    this.#tail = tail;
    this.#machine = machine;
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
    const { ranked, isMeasured, without } = await (
      await (this.#ranking ??= this.#rankings())
    ).of(device, inputs);
    const [best, second] = ranked;
    const by = isMeasured ? "this machine's calibration" : 'its cost';
    const also = without === null ? '' : `; not on ONNX Runtime: ${without.replace(/\.$/, '')}`;
    return named(
      best?.name ?? 'reference',
      `${why}${also}; by ${by} the plan takes about ${duration(best?.ms)} here, ${duration(second?.ms)} on ${second?.name ?? 'none'}`,
    );
  }

  async #rankings(): Promise<ExecutorRanking> {
    const { ExecutorRanking } = await import('./executor-ranking.ts');
    return new ExecutorRanking((name, device) => this.#planFor(name, device), this.#machine);
  }

  #planFor(name: ExecutorName, device: Device | null): Plan {
    // Devices differ in their limits, which a plan keeps within; libraries run the same steps.
    const key = name === 'webgpu' && device ? device : name === 'onnxruntime' ? 'tfjs' : name;
    const plan = this.#plans.get(key) ?? planFor(this.#tail, name, device);
    this.#plans.set(key, plan);
    return plan;
  }
}

function duration(ms = 0): string {
  if (ms < 10) return `${ms.toPrecision(1)} ms`;
  return ms < 1000 ? `${ms.toFixed()} ms` : `${(ms / 1000).toPrecision(2)} s`;
}
