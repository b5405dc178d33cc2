import { methodNames, type MethodName } from '@ablation-cam/xai';
import { parseMethod } from '../arguments/method.ts';

/** The command line of `compare`. */
export interface CompareRequest {
  readonly model: string;
  readonly data?: string | undefined;
  readonly methods?: string | undefined;
  readonly limit?: number | undefined;
  readonly layer?: string | undefined;
  readonly fraction?: number | undefined;
  readonly steps: number;
  readonly backend: 'auto' | 'webgpu' | 'onnxruntime' | 'wasm' | 'cpu';
  /** What runs Ablation-CAM's plan. */
  readonly executor: 'auto' | 'webgpu' | 'onnxruntime' | 'tfjs' | 'reference';
  readonly normalize?: string | undefined;
  readonly labels?: string | undefined;
  readonly out: string;
  readonly fresh?: true | undefined;
  readonly json?: true | undefined;
}

/** One pass through the network for each channel, window, noisy copy or element: these have to be asked for. */
const SLOW: readonly MethodName[] = ['score-cam', 'smooth-grad', 'occlusion', 'feature-ablation'];

/**
 * Returns the methods of a comparison, the random map always among them.
 *
 * @throws CliError for an unknown name
 */
export function parseMethods(text: string | undefined): MethodName[] {
  if (text === undefined) return methodNames.filter((name) => !SLOW.includes(name));
  if (text === 'all') return [...methodNames];
  const methods = text.split(',').map((word) => parseMethod(word.trim()));
  return [...new Set<MethodName>([...methods, 'random'])];
}
