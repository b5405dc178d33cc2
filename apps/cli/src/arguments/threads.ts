/** What `--threads` says, for the help. */
export const threadsHelp = 'threads of ONNX Runtime for an operation (default: one a physical core)';

/** Sets the threads that were asked for, before anything is prepared. */
export async function useThreadsOf({ threads }: { readonly threads?: number | undefined }): Promise<void> {
  if (threads === undefined) return;
  const { useThreads } = await import('@ablation-cam/kernels');
  useThreads(threads);
}
