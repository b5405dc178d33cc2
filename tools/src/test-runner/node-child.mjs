import { pathToFileURL } from 'node:url';

const [entry = ''] = process.argv.slice(2);

// A test whose promise never settles lets Node end early, which must not look like success.
process.exitCode = 1;

const { run } = await import(pathToFileURL(entry).href);
const counts = await run((line) => console.log(line));
await new Promise((resolve) => process.send?.(counts, resolve));

// What tests left open must not keep the run from ending.
process.exit(0);
