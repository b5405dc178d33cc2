import { benchCommand } from './bench-command.ts';

const program = benchCommand('pnpm bench', !process.env['ABLATION_CAM_PACKED']);

/** Errors thrown on purpose, told by name: importing their classes would load every package. */
const EXPECTED = new Set(['BenchError', 'KernelsError', 'ModelError', 'XaiError']);

// A reader that has enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof Error && EXPECTED.has(error.name);
  const text = isExpected
    ? `error: ${error.message.replace(/\s*\n\s*/g, ' ')}`
    : error instanceof Error
      ? error.stack
      : String(error);
  process.stderr.write(`${text ?? ''}\n`);
  process.exitCode = 1;
}
