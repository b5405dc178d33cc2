import { fileURLToPath } from 'node:url';
import { trainingOnly } from '../src/files/layer-classes.ts';
import { kerasOperations } from '../src/files/keras-operations.ts';
import { graphModelFolds } from '../src/graph-model/fold.ts';
import { graphModelRules } from '../src/graph-model/rules/table.ts';
import { foldRules } from '../src/onnx/fold.ts';
import { onnxRules } from '../src/onnx/rules/table.ts';
import { activationCoverage, layerCoverage } from './layer-coverage.ts';
import { opaqueReasons } from './opaque-reasons.ts';

/** Where the page lies in a checkout. */
export const OPERATIONS_PAGE = fileURLToPath(new URL('../../../docs/operations.md', import.meta.url));

/** `docs/operations.md`: what becomes of each operation of each format, out of the tables that decide it. */
export async function operationsPage(): Promise<string> {
  const [layers, activations] = [layerCoverage(), activationCoverage()];
  return `# Operations

<!-- Written by \`pnpm docs:operations\` from the rules in packages/model/src; do not edit. -->

What becomes of an operation between the target and the output:

- **planned**: it becomes operations of the graph. All channels are ablated together, on every executor, and gradients go through.
- **run**: it is computed by what the format's own library has for it, in chunks of channels: exact, and slower. The same happens
  to a planned operation with options that the rules do not cover; the lists of reasons say which.
- **opaque**: it has no rule and nothing here computes it.

\`explain --plan\` says for a network what is planned, and of what is not the reason.

## Layers of TensorFlow.js and Keras

${layers.planned.length} layers are planned:

${byLetter(layers.planned)}

Run by TensorFlow.js: ${listed(layers.run)}.

What acts in training only hands on its input: layers whose names match ${code(trainingOnly.source)}. Arithmetic that is written
into a network (\`x / 127.5 - 1\`) becomes layers: ${listed([...new Set(Object.values(kerasOperations))].sort())}. A layer that is
in neither list is refused when the network is loaded, by name.

Activations that are planned: ${listed(activations.planned)}. ${activations.run.length === 0 ? 'There are no others.' : `Run by TensorFlow.js: ${listed(activations.run)}.`}

Reasons for which layers are run by TensorFlow.js although their class is planned:

${reasonsList(await opaqueReasons('layers/rules'))}

${await operatorSection({
  title: 'Operators of ONNX',
  rules: onnxRules,
  folds: foldRules,
  folder: 'onnx/rules',
  others:
    'Every other operator is opaque; the file has to say which shape it gives, unless that follows from its inputs.',
})}

${await operatorSection({
  title: 'Operators of GraphModels',
  rules: graphModelRules,
  folds: graphModelFolds,
  folder: 'graph-model/rules',
  others:
    'Every other operator is run by TensorFlow.js, one input at a time, where its shape does not depend on values.',
})}
`;
}

interface Operators {
  readonly title: string;
  readonly rules: Readonly<Record<string, unknown>>;
  readonly folds: Readonly<Record<string, unknown>>;
  /** Of the rules, in `src`. */
  readonly folder: string;
  /** What becomes of operators without a rule. */
  readonly others: string;
}

/** A format of nodes. */
async function operatorSection({ title, rules, folds, folder, others }: Operators): Promise<string> {
  // A name with a dot is that of a pattern of several nodes, not of an operator.
  const operators = Object.keys(rules).filter((type) => !type.includes('.'));
  return `## ${title}

${operators.length} operators are planned:

${byLetter(operators)}

Computed when the network is opened, where all that they take is constant: ${listed(Object.keys(folds).sort())}.

${others}

Reasons for which operators are left without a rule although they are planned:

${reasonsList(await opaqueReasons(folder))}`;
}

/** One line for each first letter, which are few enough to look through. */
function byLetter(names: readonly string[]): string {
  const letters = [...new Set(names.map((name) => name.charAt(0)))].sort();
  return letters
    .map((letter) => `- ${listed(names.filter((name) => name.startsWith(letter)).sort())}`)
    .join('\n');
}

function reasonsList(reasons: ReadonlyMap<string, readonly string[]>): string {
  return [...reasons].map(([file, own]) => `- ${file}: ${own.join('; ')}`).join('\n');
}

function listed(names: readonly string[]): string {
  return names.map(code).join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}
