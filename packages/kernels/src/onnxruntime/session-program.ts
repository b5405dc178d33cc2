import { throwIfAborted } from '../ablation/validate.ts';
import type { Chunk } from '../lowering/length.ts';
import type { PlanProgram } from '../lowering/lower-plan.ts';
import { outputTensors } from '../lowering/program-builder.ts';
import type { Tensor } from '../lowering/program.ts';
import type {
  LoadedProgram,
  ProgramEnd,
  ProgramEngine,
  ProgramRun,
  WantedWeights,
  Weighed,
} from '../programs/program-engine.ts';
import type { Layout } from './layout.ts';
import { ProgramSession, type SessionOptions } from './session.ts';
import { PREDICTED, WEIGHING, writeWeighing } from './weighing.ts';
import {
  fetchedName,
  writeProgram,
  type ProgramModel,
  type WriteMore,
  type WrittenPart,
} from './write-program.ts';

/**
 * K C up to which ONNX Runtime weighs by itself: some float64 tensors of that size are there at once, of all inputs of a run.
 */
const MOST_SCORES = 2 ** 22;

/** A program as two sessions: what is done once, and what for each chunk of variants. */
export class SessionProgram implements LoadedProgram {
  readonly #once: ProgramSession | null;
  readonly #each: ProgramSession | null;
  /** Null where the sessions cannot weigh. */
  readonly #weighing: Weighing | null;
  readonly #takeTurns: ProgramEngine['takeTurns'];

  private constructor(
    once: ProgramSession | null,
    each: ProgramSession | null,
    weighing: Weighing | null,
    takeTurns: ProgramEngine['takeTurns'],
  ) {
    this.#once = once;
    this.#each = each;
    this.#weighing = weighing;
    this.#takeTurns = takeTurns;
  }

  static async load(
    { constants, ...program }: PlanProgram,
    variants: { readonly chunk: number; readonly all: number },
    end: ProgramEnd,
    takeTurns: ProgramEngine['takeTurns'],
    options: SessionOptions,
  ): Promise<SessionProgram> {
    const outputs = new Set(outputTensors(program));
    const made = new Set(program.each.map(({ output }) => output));
    const constantValues = new Set(constants.map(({ value }) => value));
    const read = program.each.flatMap(({ inputs }) => inputs);
    const kept = [...new Set([...read, ...outputs])].filter(
      (tensor) => !made.has(tensor) && !constantValues.has(tensor),
    );
    const open = async (model: ProgramModel, blocksChannels: boolean): Promise<ProgramSession> => {
      await takeTurns();
      return ProgramSession.create(model, { ...options, blocksChannels });
    };
    const write = (part: WrittenPart): ProgramModel =>
      writeProgram({ ...program, constants }, part, variants);
    const weighing = weighingOf(program, end);
    const handedOn = new Set(kept.filter((tensor) => !outputs.has(tensor)));
    const before = { nodes: program.once, outputs: kept, handedOn, more: weighing?.write };
    const first = program.once.length > 0 ? write(before) : null;
    const once = first && (await open(first, true));
    try {
      const ends = [...outputs].filter((tensor) => made.has(tensor));
      // Between its few convolutions and poolings, a chunk's deltas would be brought into blocks and out of them again.
      const layouts = first?.layouts ?? new Map<Tensor, Layout>();
      const behind = { nodes: program.each, outputs: ends, layouts };
      const each = program.each.length > 0 ? await open(write(behind), false) : null;
      return new SessionProgram(once, each, weighing, takeTurns);
    } catch (error) {
      once?.dispose();
      throw error;
    }
  }

  async begin(
    given: ReadonlyMap<Tensor, Float32Array>,
    inputs: number,
    signal: AbortSignal | undefined,
  ): Promise<ProgramRun> {
    throwIfAborted(signal);
    const once = await this.#once?.run(given, { inputs, first: 0, variants: 1 });
    const kept = once?.values ?? given;
    let found = kept;
    let operationsLeftOut = once?.operationsLeftOut ?? 0;
    return {
      get operationsLeftOut() {
        return operationsLeftOut;
      },
      each: async (chunk: Chunk) => {
        await this.#takeTurns();
        throwIfAborted(signal);
        if (!this.#each) return;
        const done = await this.#each.run(kept, chunk);
        found = done.values;
        operationsLeftOut += done.operationsLeftOut;
      },
      read: (tensor) => {
        const values = found.get(tensor) ?? kept.get(tensor);
        if (!values) throw new RangeError(`Tensor ${String(tensor)} was not computed.`);
        return Promise.resolve(values);
      },
      dispose: () => {
        found = new Map();
      },
    };
  }

  async weigh(
    given: ReadonlyMap<Tensor, Float32Array>,
    inputs: number,
    { classIndex, score, signal }: WantedWeights,
  ): Promise<Weighed | null> {
    const weighing = this.#weighing;
    if (!this.#once || !weighing || inputs * weighing.scores > MOST_SCORES) return null;
    throwIfAborted(signal);
    const names = [fetchedName(weighing.logits), WEIGHING.weights, WEIGHING.map];
    const integers = new Map([
      [WEIGHING.classIndex, classIndex === 'predicted' ? PREDICTED : BigInt(classIndex)],
      [WEIGHING.byLogit, score === 'logit' ? 1n : 0n],
    ]);
    const chunk = { inputs, first: 0, variants: 1 };
    const { tensors, operationsLeftOut } = await this.#once.fetch(given, chunk, names, integers);
    const [logits = NONE, weights = NONE, map = NONE] = tensors;
    const areFinite = tensors.every((values) => values.every(Number.isFinite));
    return areFinite ? { logits, weights, map, operationsLeftOut } : null;
  }

  dispose(): void {
    this.#once?.dispose();
    this.#each?.dispose();
  }
}

const NONE = new Float32Array();

/** How a program of a network is weighed behind it. */
interface Weighing {
  /** The network's. */
  readonly logits: Tensor;
  /** K C */
  readonly scores: number;
  readonly write: WriteMore;
}

/** What makes the weights behind a program that takes the network's inputs and all variants at once; otherwise nothing does. */
function weighingOf(
  { each, fetched: [activation, logits], output }: Omit<PlanProgram, 'constants'>,
  { plan, lastStep }: ProgramEnd,
): Weighing | null {
  if (each.length > 0 || activation === undefined || logits === undefined || output.kind === 'frontier') {
    return null;
  }
  const kernel = lastStep?.kernelOfChannels ?? null;
  if (output.kind === 'streams' && kernel === null) return null;
  const write: WriteMore = (writer, valueOf) => {
    const drops =
      output.kind === 'streams'
        ? {
            kind: output.kind,
            base: valueOf(output.base),
            off: valueOf(output.off),
            kernel: kernel ?? new Float32Array(),
          }
        : { kind: output.kind, value: valueOf(output.value) };
    const tensors = { activation: valueOf(activation), logits: valueOf(logits), drops };
    writeWeighing(writer, tensors, plan);
  };
  return { logits, scores: plan.channels * plan.classes, write };
}
