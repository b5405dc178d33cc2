import { memoryError } from '@ablation-cam/kernels';

/** What an error is called for programs, and the sentence for people. */
export function errorMessage(error: unknown, signal: AbortSignal): { code: string; message: string } {
  if (signal.aborted) return { code: 'aborted', message: 'It was cancelled.' };
  if (memoryError(error)) return { code: 'out-of-memory', message: OUT_OF_MEMORY };
  if (!(error instanceof Error)) return { code: 'unknown', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  if (code === 'too-large') return { code, message: `${error.message} ${OUT_OF_MEMORY}` };
  // An error nobody planned for: its own words, and a way on.
  const message =
    code === 'unknown'
      ? `${error.message.replace(/\.$/, '')}. Choose another model, layer or input.`
      : error.message;
  return { code, message };
}

const OUT_OF_MEMORY =
  'There is not enough memory for this; choose a later layer, a smaller model or a smaller input, or close other pages.';
