import { join } from 'node:path';
import ts from 'typescript';
import { publishedPackages } from '../api-report/published-entries.ts';
import { packageFolders, REPOSITORY } from '../workspace.ts';
import type { CodeBlock } from './markdown.ts';

/** A page, as far as its code matters. */
export interface PageWithCode {
  readonly path: string;
  readonly blocks: readonly CodeBlock[];
}

/** Code of a page that the compiler reads as a file. */
interface VirtualFile {
  readonly page: string;
  /** Of the file's first line in the page, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Where the blocks seem to lie: what they import from the registry is among the dependencies of this package. */
const HOME = join(REPOSITORY, 'tools', 'docs-code');

/**
 * What is told of plain scripts, which cannot say of what type an element of the page is: names, modules and what they export that
 * are not there, and calls with too few arguments.
 */
const OF_SCRIPTS: ReadonlySet<number> = new Set([2304, 2305, 2307, 2552, 2554, 2724]);

/** Languages of blocks that are not compiled; one that is in neither list is refused. */
const NOT_CODE = ['', 'sh', 'python', 'text', 'json'];

/**
 * Compiles the blocks of code of pages against the sources, and returns what is wrong with them, each as a line for a terminal.
 *
 * A block is a module of its own. `file=NAME` behind its language gives it a name by which other blocks of the same page import it.
 * Of HTML and Vue the script is compiled.
 */
export async function checkCode(pages: readonly PageWithCode[]): Promise<string[]> {
  const problems: string[] = [];
  const files = new Map<string, VirtualFile>();
  for (const [index, { path, blocks }] of pages.entries()) {
    for (const [number, block] of blocks.entries()) {
      if (NOT_CODE.includes(block.language)) continue;
      const script = scriptOf(block);
      if (script === undefined) {
        problems.push(`${path}:${block.line}: nothing here checks code in "${block.language}"`);
        continue;
      }
      const named = block.notes.find((note) => note.startsWith('file='))?.slice('file='.length);
      const name = named ?? `block-${number}.${script.extension}`;
      files.set(join(HOME, String(index), name), {
        page: path,
        line: block.line + script.linesBefore,
        text: script.text,
      });
    }
  }
  return [...problems, ...(await compile(files))];
}

interface Script {
  readonly text: string;
  readonly extension: 'ts' | 'tsx' | 'js';
  /** Lines of the block before its script. */
  readonly linesBefore: number;
}

function scriptOf({ language, code }: CodeBlock): Script | undefined {
  switch (language) {
    case 'ts':
    case 'tsx':
    case 'js':
      return { text: code, extension: language, linesBefore: 0 };
    case 'html':
    case 'vue': {
      const found = /<script\b[^>]*>\n?([^]*?)<\/script>/.exec(code);
      if (!found) return undefined;
      const start = found.index + found[0].indexOf('>') + 1;
      const linesBefore = code.slice(0, start).split('\n').length - 1 + (code[start] === '\n' ? 1 : 0);
      return { text: found[1] ?? '', extension: language === 'vue' ? 'ts' : 'js', linesBefore };
    }
    default:
      return undefined;
  }
}

async function compile(files: ReadonlyMap<string, VirtualFile>): Promise<string[]> {
  const options = await compilerOptions();
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    // Of a folder that is not there the compiler would not even ask for files.
    directoryExists: (name) => name.startsWith(HOME) || ts.sys.directoryExists(name),
    fileExists: (name) => files.has(name) || disk.fileExists(name),
    readFile: (name) => files.get(name)?.text ?? disk.readFile(name),
    getSourceFile: (name, language, ...rest) => {
      const file = files.get(name);
      if (!file) return disk.getSourceFile(name, language, ...rest);
      return ts.createSourceFile(name, moduleText(file.text), language);
    },
  };
  const assets = join(REPOSITORY, 'tools', 'types', 'assets.d.ts');
  const program = ts.createProgram({ rootNames: [...files.keys(), assets], options, host });
  return [...files].flatMap(([name, { page, line }]) => {
    const source = program.getSourceFile(name);
    if (!source) return [`${page}:${line}: not compiled`];
    const semantic = program.getSemanticDiagnostics(source);
    const told = [
      ...program.getSyntacticDiagnostics(source),
      ...(name.endsWith('.js') ? semantic.filter(({ code }) => OF_SCRIPTS.has(code)) : semantic),
    ];
    return told.map(({ start = 0, messageText }) => {
      const at = line + source.getLineAndCharacterOfPosition(start).line;
      return `${page}:${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}

/** A block without imports is a module nonetheless, so that names of one do not reach others. */
function moduleText(text: string): string {
  return `${text}\nexport {};\n`;
}

async function compilerOptions(): Promise<ts.CompilerOptions> {
  const folders = await packageFolders();
  const paths: Record<string, string[]> = {};
  for (const { folder, entries } of await publishedPackages(folders)) {
    for (const { specifier, source } of entries) paths[specifier] = [join(folder, source)];
  }
  paths['@tensorflow/tfjs'] = [join(REPOSITORY, 'packages/xai/node_modules/@tensorflow/tfjs')];
  const base = ts.readConfigFile(join(REPOSITORY, 'tsconfig.base.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(base.config, ts.sys, REPOSITORY);
  return {
    ...options,
    composite: false,
    declaration: false,
    emitDeclarationOnly: false,
    rewriteRelativeImportExtensions: false,
    noEmit: true,
    allowJs: true,
    checkJs: true,
    jsx: ts.JsxEmit.ReactJSX,
    paths,
  };
}
