import * as tf from '@tensorflow/tfjs';
import { throwIfAborted, type LoadedProgram, type ProgramRun } from '@ablation-cam/kernels';
import {
  shapeIn,
  type Chunk,
  type Program,
  type ProgramNode,
  type ProgramTensor,
} from '@ablation-cam/kernels/lowering';
import { runPrimitive } from '@ablation-cam/model/programs';
import { takeTurns } from '../../runtime/turn.ts';
import { Constants } from './constants.ts';

/** What is left of a program once its constants are uploaded: their arrays may be forgotten. */
type ProgramSteps = Omit<Program, 'constants'>;

/** A program with its constants uploaded; holds them until it is disposed of. */
export class TfjsProgram implements LoadedProgram {
  readonly program: ProgramSteps;
  readonly constants: Constants;

  private constructor({ constants: _, ...program }: Program, constants: Constants) {
    this.program = program;
    this.constants = constants;
  }

  static async load(program: Program): Promise<TfjsProgram> {
    return new TfjsProgram(program, await Constants.upload(program));
  }

  async begin(
    given: ReadonlyMap<ProgramTensor, Float32Array>,
    inputs: number,
    signal: AbortSignal | undefined,
  ): Promise<ProgramRun> {
    const run = new TfjsRun(this);
    try {
      const chunk = { inputs, first: 0, variants: 0 };
      for (const [tensor, values] of given) {
        run.set(tensor, tf.tensor(values, shapeIn(this.program.values[tensor] ?? [], chunk)));
      }
      await run.nodes(this.program.once, chunk, signal);
      return run;
    } catch (error) {
      run.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.constants.dispose();
  }
}

/** The tensors of some inputs while a program runs; everything in here is freed by `dispose`. */
class TfjsRun implements ProgramRun {
  readonly operationsLeftOut = 0;
  readonly #loaded: TfjsProgram;
  readonly #tensors = new Map<ProgramTensor, tf.Tensor>();

  constructor(loaded: TfjsProgram) {
    this.#loaded = loaded;
  }

  each(chunk: Chunk, signal: AbortSignal | undefined): Promise<void> {
    return this.nodes(this.#loaded.program.each, chunk, signal);
  }

  async read(tensor: ProgramTensor): Promise<Float32Array> {
    return this.#get(tensor).data<'float32'>();
  }

  /** Runs nodes one after the other, and gives way to others in between. */
  async nodes(nodes: readonly ProgramNode[], chunk: Chunk, signal: AbortSignal | undefined): Promise<void> {
    const { program, constants } = this.#loaded;
    for (const { operation, inputs, output, frees } of nodes) {
      await takeTurns();
      throwIfAborted(signal);
      const read = inputs.map((input) => constants.read(input, chunk) ?? this.#get(input));
      this.set(output, runPrimitive(operation, read, shapeIn(program.values[output] ?? [], chunk)));
      for (const freed of frees) this.#free(freed);
    }
  }

  /** Takes a tensor over. */
  set(id: ProgramTensor, tensor: tf.Tensor): void {
    this.#free(id);
    this.#tensors.set(id, tf.keep(tensor));
  }

  dispose(): void {
    tf.dispose([...this.#tensors.values()]);
    this.#tensors.clear();
  }

  #get(id: ProgramTensor): tf.Tensor {
    const tensor = this.#tensors.get(id);
    if (!tensor) throw new RangeError(`Tensor ${String(id)} is read before it is made.`);
    return tensor;
  }

  #free(id: ProgramTensor): void {
    this.#tensors.get(id)?.dispose();
    this.#tensors.delete(id);
  }
}
