import process from 'node:process';

const [entry = '', mark = ''] = process.argv.slice(2);

const { run } = await import(entry);
const counts = await run((line) => console.log(line));
console.log(`${mark}${JSON.stringify(counts)}`);

// What tests left open must not keep the run from ending.
process.exit(0);
