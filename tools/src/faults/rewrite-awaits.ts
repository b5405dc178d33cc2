import ts from 'typescript';

/** What the rewritten sources call. */
export const AWAIT_POINT = '__awaitPoint';

/**
 * Returns a TypeScript source in which every `await x` is `await __awaitPoint("name:line:column", x)`, so that a run can be told
 * from outside where it waits. Lines stay where they were; null where nothing is awaited.
 *
 * @param name of the file, as points are to be called
 */
export function rewriteAwaits(source: string, name: string): string | null {
  const kind = name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, false, kind);
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isAwaitExpression(node)) {
      const start = node.expression.getStart(file);
      const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file));
      const site = JSON.stringify(`${name}:${line + 1}:${character + 1}`);
      insertions.push(
        { at: start, text: `${AWAIT_POINT}(${site}, ` },
        { at: node.expression.end, text: ')' },
      );
    }
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
