import { posix } from 'node:path';
import ts from 'typescript';

/** What the lint knows of a file. */
export interface SourceModule {
  /** Paths in the package that the file imports when it runs: types leave nothing behind. */
  readonly imports: readonly string[];
  /** Lines, from 1, on which code - no comment, no text - names `LayersModel` or `tf.layers`. */
  readonly layersLines: readonly number[];
  /** Names of the types that the file declares and exports. */
  readonly types: readonly string[];
}

/**
 * Reads a source file.
 *
 * @param path in its package, with slashes
 * @param named the field `imports` of the package.json: what begins with `#`
 */
export function readModule(path: string, text: string, named: unknown = {}): SourceModule {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const imports = new Set<string>();
  const lines = new Set<number>();
  const types: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = runtimeImport(node);
    if (specifier?.startsWith('.')) imports.add(posix.join(posix.dirname(path), specifier));
    if (specifier?.startsWith('#'))
      for (const to of pathsIn(Reflect.get(Object(named), specifier))) imports.add(to);
    if (isType(node) && isExported(node) && node.name) types.push(node.name.text);
    if (isOfLayers(node)) lines.add(file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { imports: [...imports], layersLines: [...lines], types };
}

/**
 * What a node imports when it runs; undefined where it is no import, or one of types alone: `import type`. TypeScript's
 * `verbatimModuleSyntax` leaves an import in place of `import { type A }`.
 */
function runtimeImport(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node)) {
    const isOfTypes = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return isOfTypes ? undefined : textOf(node.moduleSpecifier);
  }
  return ts.isExportDeclaration(node) && !node.isTypeOnly ? textOf(node.moduleSpecifier) : undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteral(node) ? node.text : undefined;
}

/** The files that an entry of `imports` may lead to, whatever the condition. */
function pathsIn(entry: unknown): string[] {
  if (typeof entry === 'string') return [posix.normalize(entry)];
  return typeof entry === 'object' && entry !== null ? Object.values(entry).flatMap(pathsIn) : [];
}

function isType(
  node: ts.Node,
): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
}

function isExported({ modifiers = [] }: { readonly modifiers?: Iterable<ts.Node> }): boolean {
  return [...modifiers].some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** `LayersModel`, `tf.layers` in code and in types. */
function isOfLayers(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return node.text === 'LayersModel';
  if (ts.isPropertyAccessExpression(node))
    return isNamed(node.expression, 'tf') && node.name.text === 'layers';
  return ts.isQualifiedName(node) && isNamed(node.left, 'tf') && node.right.text === 'layers';
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}
