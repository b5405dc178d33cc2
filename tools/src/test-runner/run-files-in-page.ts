import type { Counts } from './record.ts';
import { runFiles as runFilesAnywhere, type TestFile } from './run-files.ts';

/** `runFiles` for a page, where uvu writes its line of dots piece by piece with the `console.log` it finds when loaded. */
export async function runFiles(files: readonly TestFile[], print: (line: string) => void): Promise<Counts> {
  const { log } = console;
  let line = '';
  console.log = (text: string) => {
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) if (whole.trim() !== '') print(whole);
  };
  try {
    await import('uvu');
  } finally {
    console.log = log;
  }
  return runFilesAnywhere(files, print);
}
