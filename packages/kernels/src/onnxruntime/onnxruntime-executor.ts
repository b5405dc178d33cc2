import type { Executor } from '../ablation/contract.ts';
import type { Cut } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { NetworkAblation } from '../programs/network-ablation.ts';
import { programExecutor } from '../programs/program-executor.ts';
import type { ProgramEngine } from '../programs/program-engine.ts';
import type { SessionOptions } from './session.ts';

/**
 * What a chunk may hold. The deltas of larger ones leave the cache, and a chunk is one call, in which the thread does nothing else:
 * a twentieth of a second on two cores.
 */
const CHUNKS = { bytes: 64 * 1024 * 1024, operations: 1e10 };

/**
 * Returns the executor that runs plans with ONNX Runtime, on the CPU and with its threads.
 *
 * @param takeTurns lets others on the thread have their turn; called between chunks
 */
export function onnxRuntimeExecutor(
  takeTurns: ProgramEngine['takeTurns'],
  options: SessionOptions = {},
): Executor {
  return programExecutor(onnxRuntimeEngine(takeTurns, options));
}

/**
 * Prepares a network and a plan of what lies behind a cut of it as one, for ONNX Runtime; the caller disposes of the result.
 *
 * @throws KernelsError `unsupported-operation` for an operation without a rule on the way to the logits; `runtime-missing`,
 *   `runtime-failed`, `out-of-memory`
 */
export async function onnxRuntimeNetworkAblation(
  graph: Graph,
  cut: Cut,
  plan: StepPlan,
  takeTurns: ProgramEngine['takeTurns'],
  options: SessionOptions = {},
): Promise<NetworkAblation> {
  const { NetworkAblation: Ablation } = await import('../programs/network-ablation.ts');
  return Ablation.prepare(onnxRuntimeEngine(takeTurns, options), graph, cut, plan);
}

/** What ONNX Runtime does for plans. */
export function onnxRuntimeEngine(
  takeTurns: ProgramEngine['takeTurns'],
  options: SessionOptions,
): ProgramEngine {
  return {
    name: 'onnxruntime',
    chunks: CHUNKS,
    mostOperations: Infinity,
    takesGroups: true,
    skipsZeroCells: true,
    takesAnyChunk: false,
    load: async (program, variants, end) => {
      // With what writes ONNX files, which nobody needs where ONNX Runtime is not.
      const { SessionProgram } = await import('./session-program.ts');
      return SessionProgram.load(program, variants, end, takeTurns, options);
    },
    takeTurns,
  };
}
