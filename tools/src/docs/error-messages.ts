import ts from 'typescript';

/** A message as a source file writes it, and who throws it. */
export interface ErrorMessage {
  /** The class of the error, `ModelError`. */
  readonly name: string;
  readonly code: string;
  /** What differs from case to case is an ellipsis. */
  readonly text: string;
}

/** Stands for what a source does not say. */
const UNKNOWN = '…';

/** How deep names of texts are followed to what they stand for. */
const MOST_NAMES = 3;

/**
 * Returns the messages of the typed errors that a source makes with `new XError('code', message)`. Those whose text comes from
 * elsewhere are left out; one that depends on a condition gives all its texts.
 */
export function errorMessages(source: string): ErrorMessage[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const texts = new Map<string, ts.Expression>();
  const found: ErrorMessage[] = [];
  const calls: ts.NewExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      texts.set(node.name.text, node.initializer);
    }
    if (ts.isNewExpression(node) && /^[A-Z]\w*Error$/.test(node.expression.getText())) calls.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const call of calls) {
    const [code, message] = call.arguments ?? [];
    if (!code || !message) continue;
    for (const each of textsOf(code, texts, MOST_NAMES)) {
      for (const text of textsOf(message, texts, MOST_NAMES)) {
        found.push({ name: call.expression.getText(), code: each, text: tidy(text) });
      }
    }
  }
  return found.filter(({ code, text }) => code !== UNKNOWN && /[a-z]{3}/.test(text));
}

/** All texts that an expression may be; an ellipsis for what is not known. */
function textsOf(node: ts.Expression, texts: ReadonlyMap<string, ts.Expression>, names: number): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression, texts, names);
  if (ts.isConditionalExpression(node)) {
    return [node.whenTrue, node.whenFalse].flatMap((branch) => textsOf(branch, texts, names));
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [node.left, node.right].map((part) => textsOf(part, texts, names));
    return (left ?? []).flatMap((start) => (right ?? []).map((end) => start + end));
  }
  if (ts.isTemplateExpression(node)) {
    return [node.head.text + node.templateSpans.map(({ literal }) => `${UNKNOWN}${literal.text}`).join('')];
  }
  const named = ts.isIdentifier(node) && names > 0 ? texts.get(node.text) : undefined;
  return named ? textsOf(named, texts, names - 1) : [UNKNOWN];
}

function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/…(?:\s*…)+/g, '…')
    .trim();
}
