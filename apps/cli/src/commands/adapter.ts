import type { RegisterCommand } from '../command.ts';

/** `adapter`: what the kernels run on. */
export const adapter: RegisterCommand = (program, { signal }) => {
  program
    .command('adapter')
    .description('Tell which GPU adapter the kernels run on, and its limits.')
    .option('--software', 'the software driver, also where there is hardware')
    .option('--json', 'print JSON only')
    .action(async ({ software, json }) => {
      const { requestDevice } = await import('@ablation-cam/kernels');
      const device = await requestDevice({ adapter: software ? 'software' : 'auto', signal });
      const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
      const facts = {
        ...device.adapter,
        timestamps: device.hasTimestamps,
        maxBufferSize,
        maxStorageBufferBindingSize,
      };
      device.dispose();
      if (json) {
        console.log(JSON.stringify(facts, null, 2));
        return;
      }
      console.log(`${facts.description} (${facts.software ? 'software' : 'hardware'})`);
      console.log(`  vendor ${facts.vendor}, architecture ${facts.architecture}`);
      console.log(
        `  buffers up to ${mebibytes(maxBufferSize)}, bindings up to ${mebibytes(maxStorageBufferBindingSize)}`,
      );
      console.log(`  GPU timestamps: ${facts.timestamps ? 'yes' : 'no'}`);
    });
};

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}
