import type { RegisterCommand } from '../command.ts';

/** `doctor`: what explanations can run on here, how fast that is, and what is missing. */
export const doctor: RegisterCommand = (program, { signal }) => {
  program
    .command('doctor')
    .description(
      'Tell what explanations can run on: Node, the GPU adapter and its limits, ONNX Runtime, how fast each way is without a ' +
        'graphics card, what is missing, and the line that installs it.',
    )
    .option('--software', 'the software driver, also where there is hardware')
    .option('--json', 'print JSON only, for reports of bugs')
    .action(async ({ software, json }) => {
      const { diagnose } = await import('../doctor/diagnosis.ts');
      const { diagnosisLines } = await import('../doctor/print-diagnosis.ts');
      const diagnosis = await diagnose(software === true, signal);
      if (json) console.log(JSON.stringify(diagnosis, null, 2));
      else for (const line of diagnosisLines(diagnosis)) console.log(line);
    });
};
