import * as tf from '@tensorflow/tfjs';
import {
  shapeIn,
  throwIfAborted,
  type Chunk,
  type LastStep,
  type Program,
  type ProgramNode,
  type ProgramTensor,
} from '@ablation-cam/kernels';
import { takeTurns } from '../../runtime/turn.ts';
import { Constants } from './constants.ts';
import { runPrimitive } from './primitives.ts';

/** What is left of a program once its constants are uploaded: their arrays may be forgotten. */
export type ProgramSteps = Omit<Program, 'constants'>;

/** A program with its constants uploaded; holds them until it is disposed of. */
export class LoadedProgram {
  readonly program: ProgramSteps;
  /** What the CPU does behind the program; null where the program does all. */
  readonly lastStep: LastStep | null;
  readonly #constants: Constants;

  private constructor(
    { constants: _, ...program }: Program,
    lastStep: LastStep | null,
    constants: Constants,
  ) {
    this.lastStep = lastStep;
    this.program = program;
    this.#constants = constants;
  }

  static async load(program: Program, lastStep: LastStep | null): Promise<LoadedProgram> {
    return new LoadedProgram(program, lastStep, await Constants.upload(program));
  }

  /**
   * Runs nodes of the program one after the other, and gives way to others in between.
   *
   * @throws the signal's reason
   */
  async run(
    nodes: readonly ProgramNode[],
    tensors: Tensors,
    chunk: Chunk,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (const { operation, inputs, output, frees } of nodes) {
      await takeTurns();
      throwIfAborted(signal);
      const read = inputs.map((input) => this.#constants.read(input, chunk) ?? tensors.get(input));
      const shape = shapeIn(this.program.values[output] ?? [], chunk);
      tensors.set(output, runPrimitive(operation, read, shape));
      for (const freed of frees) tensors.free(freed);
    }
  }

  dispose(): void {
    this.#constants.dispose();
  }
}

/** The tensors of one chunk of inputs while a program runs; everything in here is freed by `dispose`. */
export class Tensors {
  readonly #tensors = new Map<ProgramTensor, tf.Tensor>();

  get(id: ProgramTensor): tf.Tensor {
    const tensor = this.#tensors.get(id);
    if (!tensor) throw new RangeError(`Tensor ${String(id)} is read before it is made.`);
    return tensor;
  }

  /** Takes a tensor over. */
  set(id: ProgramTensor, tensor: tf.Tensor): void {
    this.free(id);
    this.#tensors.set(id, tf.keep(tensor));
  }

  free(id: ProgramTensor): void {
    this.#tensors.get(id)?.dispose();
    this.#tensors.delete(id);
  }

  dispose(): void {
    tf.dispose([...this.#tensors.values()]);
    this.#tensors.clear();
  }
}
