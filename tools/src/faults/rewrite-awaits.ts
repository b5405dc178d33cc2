import ts from 'typescript';

/** What the rewritten sources call. */
export const AWAIT_POINT = '__awaitPoint';
export const AWAIT_EACH = '__awaitEach';

/**
 * Returns a TypeScript source in which every `await x` is `await __awaitPoint("name:line:column", x)` - and every
 * `for await (const x of y)` walks through `__awaitEach("name:line:column", y)` -, so that a run can be told from outside where
 * it waits. Lines stay where they were; null where nothing is awaited.
 *
 * @param name of the file, as points are to be called
 */
export function rewriteAwaits(source: string, name: string): string | null {
  const kind = name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, false, kind);
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const wrap = (by: string, statement: ts.Node, expression: ts.Expression): void => {
    const { line, character } = file.getLineAndCharacterOfPosition(statement.getStart(file));
    const site = JSON.stringify(`${name}:${line + 1}:${character + 1}`);
    insertions.push(
      { at: expression.getStart(file), text: `${by}(${site}, ` },
      { at: expression.end, text: ')' },
    );
  };
  const visit = (node: ts.Node): void => {
    if (ts.isAwaitExpression(node)) wrap(AWAIT_POINT, node, node.expression);
    if (ts.isForOfStatement(node) && node.awaitModifier) wrap(AWAIT_EACH, node, node.expression);
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (insertions.length === 0) return null;
  insertions.sort((a, b) => a.at - b.at);
  let rewritten = '';
  let from = 0;
  for (const { at, text } of insertions) {
    rewritten += source.slice(from, at) + text;
    from = at;
  }
  return rewritten + source.slice(from);
}
