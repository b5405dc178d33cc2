import { programExecutor, type Executor, type ProgramEngine } from '@ablation-cam/kernels';
import { takeTurns } from '../../runtime/turn.ts';

/** About a twentieth of a second of the WASM backend on a common CPU, and three times as long where the CPU is busy. */
const MOST_OPERATIONS = 3e8;

const ENGINE: ProgramEngine = {
  name: 'tfjs',
  chunks: { bytes: 8 * 1024 * 1024, operations: MOST_OPERATIONS },
  mostOperations: MOST_OPERATIONS,
  takesGroups: false,
  // Weights would be brought together for every position, which takes four times what a chunk of few variants saves.
  skipsZeroCells: false,
  takesAnyChunk: true,
  load: async (program) => {
    const { TfjsProgram } = await import('./tfjs-program.ts');
    return TfjsProgram.load(program);
  },
  takeTurns,
};

/**
 * Returns the executor that runs plans with TensorFlow.js's operations on its current backend: for machines without a GPU,
 * where WASM does what the kernels of this project do elsewhere.
 */
export function tfjsExecutor(): Executor {
  return programExecutor(ENGINE);
}
