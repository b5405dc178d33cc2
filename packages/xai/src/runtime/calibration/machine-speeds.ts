import { KernelsError, type Executor } from '@ablation-cam/kernels';
import * as tf from '@tensorflow/tfjs';
import { keptSpeeds, takesUsualSpeeds } from '#platform';
import { isPlace, startsQuickly, typicalSpeed, type Place, type Speed } from './speed.ts';

/** Where speeds are kept between processes. Reading and writing may fail. */
export interface KeptSpeeds {
  /** What the speeds belong to, for people. */
  readonly machine: string;
  /** Where they are, for people. */
  readonly place: () => Promise<string>;
  readonly read: () => Promise<string>;
  readonly write: (text: string) => Promise<void>;
}

/** To be changed with what is measured or how it is counted: older speeds are then measured again. */
const REVISION = 1;

/** Measures an executor, of which the usual speed is known; null on a busy machine. */
type MeasureSpeed = (executor: Executor, typical: Speed) => Promise<Speed | null>;

/** How fast this machine runs plans: measured once for each place when that is first asked for, and kept on disk in Node. */
export class MachineSpeeds {
  readonly #kept: KeptSpeeds | null;
  readonly #measure: MeasureSpeed;
  readonly #speeds = new Map<Place, Speed>();
  /** Those that were measured in this process, whatever came out. */
  readonly #tried = new Set<Place>();
  readonly #failures = new Map<Place, string>();
  #loading: Promise<void> | null = null;

  constructor(kept: KeptSpeeds | null, measure: MeasureSpeed = measureNow) {
    this.#kept = kept;
    this.#measure = measure;
  }

  /** Reads what is kept, once. */
  load(): Promise<void> {
    return (this.#loading ??= this.#read());
  }

  /** The measured speed of a place; where there is none, the typical one, as much slower or faster as measured places are. */
  speedOf(place: Place): Speed {
    return this.#speeds.get(place) ?? scaled(typicalSpeed(place), this.#slowness());
  }

  isMeasured(place: Place): boolean {
    return this.#speeds.has(place);
  }

  /** Why a place failed when it was measured: nothing should be run there. */
  failureOf(place: Place): string | null {
    return this.#failures.get(place) ?? null;
  }

  /** Whether `measure` would measure. */
  isOpen(place: Place): boolean {
    return startsQuickly(place) && !this.#speeds.has(place) && !this.#tried.has(place);
  }

  /** Measures a place, where that has not been done yet. On a busy machine nothing comes of it, and the next process tries again. */
  async measure(place: Place, executor: Executor): Promise<void> {
    await this.load();
    if (!this.isOpen(place)) return;
    this.#tried.add(place);
    try {
      const speed = await this.#measure(executor, typicalSpeed(place));
      if (!speed) return;
      this.#speeds.set(place, speed);
    } catch (error) {
      if (!(error instanceof KernelsError)) throw error;
      this.#failures.set(place, error.message);
      return;
    }
    await this.#write();
  }

  /** The file in which speeds are kept; null where none are. */
  async keptAt(): Promise<string | null> {
    // Without a folder that can be written to there is no such file.
    return (await this.#kept?.place().catch(() => null)) ?? null;
  }

  async #read(): Promise<void> {
    // No file, or a broken one: speeds are measured, and the file is written anew.
    const text = await this.#kept?.read().catch(() => null);
    for (const [place, speed] of text ? speedsIn(text) : []) this.#speeds.set(place, speed);
  }

  async #write(): Promise<void> {
    const { machine } = this.#kept ?? {};
    const text = JSON.stringify({ machine, speeds: Object.fromEntries(this.#speeds) }, null, 2);
    // Where nothing can be kept the next process measures again.
    await this.#kept?.write(`${text}\n`).catch(() => undefined);
  }

  /** How much longer measured places take than is typical, as a geometric mean. */
  #slowness(): number {
    const logs = [...this.#speeds].flatMap(([place, { operations, bytes, step, variant, score }]) => {
      const typical = typicalSpeed(place);
      return [
        Math.log(typical.operations / operations),
        Math.log(typical.bytes / bytes),
        Math.log(step / typical.step),
        Math.log(variant / typical.variant),
        Math.log(score / typical.score),
      ];
    });
    return logs.length === 0 ? 1 : Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  }
}

/** What measures is fetched for the first plan that takes long enough to matter. */
const measureNow: MeasureSpeed = async (executor, typical) => {
  const { measureSpeed } = await import('./measure-speed.ts');
  return measureSpeed(executor, typical);
};

let shared: MachineSpeeds | null = null;

/** The speeds that all choices of this process share. */
export function machineSpeeds(): MachineSpeeds {
  return (shared ??= takesUsualSpeeds() ? usualSpeeds() : measuredSpeeds());
}

function measuredSpeeds(): MachineSpeeds {
  return new MachineSpeeds(keptSpeeds(`revision ${String(REVISION)}, tfjs ${tf.version_core}`));
}

/** Nothing comes of measuring, and nothing is read or written. */
function usualSpeeds(): MachineSpeeds {
  return new MachineSpeeds(null, () => Promise.resolve(null));
}

function scaled({ operations, bytes, step, variant, score }: Speed, slowness: number): Speed {
  return {
    operations: operations / slowness,
    bytes: bytes / slowness,
    step: step * slowness,
    variant: variant * slowness,
    score: score * slowness,
  };
}

/** The speeds in a file; none where it is not one of ours. */
function speedsIn(text: string): [Place, Speed][] {
  try {
    const kept: unknown = JSON.parse(text);
    const speeds = isObject(kept) ? kept['speeds'] : null;
    return Object.entries(isObject(speeds) ? speeds : {}).flatMap(([name, speed]) => {
      return isPlace(name) && isSpeed(speed) ? [[name, speed] as [Place, Speed]] : [];
    });
  } catch (error) {
    // Cut off or edited: the caller measures.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function isSpeed(value: unknown): value is Speed {
  if (!isObject(value)) return false;
  return Object.keys(typicalSpeed('reference')).every((key) => {
    const number = value[key];
    return typeof number === 'number' && Number.isFinite(number) && number > 0;
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
