export {};

// The same executors on every machine.
process.env['ABLATION_CAM_SPEEDS'] = 'usual';
const args = process.argv.slice(2);
if (args.includes('--browser')) {
  const { failInBrowser } = await import('./fail-in-browser.ts');
  await failInBrowser(args.filter((arg) => arg !== '--browser' && arg !== '--'));
} else {
  const { faultCommand } = await import('@ablation-cam/tools/faults');
  const { workerScenarios } = await import('./scenarios.ts');
  await faultCommand(await workerScenarios(), args);
}
