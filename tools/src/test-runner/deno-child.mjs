import process from 'node:process';

const [entry = '', mark = '', args = '[]'] = process.argv.slice(2);

// The bundle is one for pages, by whose document TensorFlow.js knows where it is.
globalThis.window = { document: {} };

const { run } = await import(entry);
const result = await run((line) => console.log(line), ...JSON.parse(args));
console.log(`${mark}${JSON.stringify(result)}`);

// What was left open must not keep the run from ending.
process.exit(0);
