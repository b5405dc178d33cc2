import { importOnnxRuntime } from '#platform';
import { KernelsError } from '../errors.ts';
import { absenceOf } from '../optional-package.ts';

/** What is used of the npm package `onnxruntime-node`. */
export interface OnnxRuntime {
  readonly env?: { readonly versions?: { readonly node?: string } };
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<RuntimeSession>;
  };
  readonly Tensor: new (type: string, data: ArrayBufferView, dims: readonly number[]) => RuntimeTensor;
}

export interface RuntimeSession {
  /** @param fetches names of outputs; all where it is left out */
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches?: readonly string[],
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

export interface RuntimeTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** ONNX Runtime, or why there is none, as a part of a sentence. */
export type FoundRuntime =
  | { readonly runtime: OnnxRuntime; readonly version: string; readonly absence: null }
  | { readonly runtime: null; readonly version: null; readonly absence: string };

/** The absence in browsers, where nobody can do anything about it. */
export const NODE_ONLY = 'it runs in Node only';

let found: Promise<FoundRuntime> | null = null;

/** Looks for ONNX Runtime once; never throws. */
export function findOnnxRuntime(): Promise<FoundRuntime> {
  found ??= load();
  return found;
}

/** Returns ONNX Runtime, which is loaded once. @throws KernelsError `runtime-missing` with the remedy */
export async function onnxRuntime(): Promise<OnnxRuntime> {
  const { runtime, absence } = await findOnnxRuntime();
  if (runtime) return runtime;
  throw new KernelsError(
    'runtime-missing',
    `ONNX Runtime was asked for, but ${absence}. Install it with \`npm install onnxruntime-node\`, or choose another backend.`,
  );
}

async function load(): Promise<FoundRuntime> {
  try {
    const module = await importOnnxRuntime();
    if (!module) return absent(NODE_ONLY);
    if (!isRuntime(module)) return absent('the package onnxruntime-node is not what was expected');
    return { runtime: module, version: module.env?.versions?.node ?? 'unknown', absence: null };
  } catch (error) {
    return absent(`the package onnxruntime-node ${absenceOf(error)}`);
  }
}

function absent(absence: string): FoundRuntime {
  return { runtime: null, version: null, absence };
}

function isRuntime(module: unknown): module is OnnxRuntime {
  return typeof module === 'object' && module !== null && 'InferenceSession' in module && 'Tensor' in module;
}
