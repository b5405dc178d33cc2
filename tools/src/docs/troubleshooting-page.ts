import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedPackages } from '../api-report/published-entries.ts';
import { packageFolders, REPOSITORY } from '../workspace.ts';
import { ERROR_ADVICE } from './error-advice.ts';
import { errorMessages, type ErrorMessage } from './error-messages.ts';

/** Where the page lies in a checkout. */
export const TROUBLESHOOTING_PAGE = join(REPOSITORY, 'docs', 'troubleshooting.md');

const START = `# Troubleshooting

<!-- Written by \`pnpm docs:errors\` from the sources; do not edit. -->

Every error that is thrown on purpose has a class and a \`code\`, for programs, and a message that says what was expected, what came and
what to do. Look for words of yours below; an ellipsis stands for what differs from case to case.

Anything else is a fault of ours: please report it with what \`ablation-cam doctor --json\` prints.

## Without a message

- **The map is empty or says nothing.** Look at \`warnings\` of the explanation. Mostly the picture is in another scale than the network
  was trained on (\`--normalize\`), or the class has no evidence in that layer.
- **The prediction is not the one you know.** Scale and order of the channels: compare with \`--normalize imagenet\`, \`caffe\`, \`-1..1\`.
- **It is slow in Node.** \`npm install onnxruntime-node\`; \`backend\` and \`executor\` of a result say what was taken, and why.
- **It is slow for one layer.** \`explain --plan\` tells what is not planned and is run one channel after the other, with the reason.
- **A page finds no \`tfjs-backend-wasm.wasm\`.** Copy TensorFlow.js's WASM files beside the page, or name their place:
  [in the browser](guides/browser.md).
- **TypeScript complains about TensorFlow.js's declarations.** They need \`skipLibCheck: true\`.
`;

/**
 * Returns the page of error messages: all that the published packages throw, by class and code.
 *
 * @throws Error where a code has no advice, or an advice no message
 */
export async function troubleshootingPage(): Promise<string> {
  const messages = await readMessages();
  const parts = [START];
  for (const [name, codes] of Object.entries(ERROR_ADVICE)) {
    for (const [code, advice] of Object.entries(codes)) {
      const texts = messages.filter((message) => message.name === name && message.code === code);
      const list = [...new Set(texts.map(({ text }) => text))].sort();
      if (list.length === 0)
        throw new Error(`No message of ${name} has the code ${code}; remove its advice.`);
      parts.push(`## ${name}: ${code}\n\n${advice}\n\n${list.map((text) => `- ${asCode(text)}\n`).join('')}`);
    }
  }
  const lost = messages.find(({ name, code }) => ERROR_ADVICE[name]?.[code] === undefined);
  if (lost) throw new Error(`${lost.name} ${lost.code} has no advice in error-advice.ts.`);
  return parts.join('\n');
}

async function readMessages(): Promise<ErrorMessage[]> {
  const messages: ErrorMessage[] = [];
  for (const { folder } of await publishedPackages(await packageFolders())) {
    const source = join(folder, 'src');
    for (const name of (await readdir(source, { recursive: true })).filter((path) => path.endsWith('.ts'))) {
      const text = await readFile(join(source, name), 'utf8');
      if (text.includes('Error(')) messages.push(...errorMessages(text));
    }
  }
  return messages.filter(({ name }) => Object.hasOwn(ERROR_ADVICE, name));
}

/** Text as inline code, between more backticks than it has together. */
function asCode(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${space}${text}${space}${fence}`;
}
