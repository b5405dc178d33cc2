import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { REPOSITORY } from '../workspace.ts';
import type { PublishedPackage } from './published-entries.ts';

/** A report's file name and text: every exported name with its type, and the types that those name. */
export type Reports = ReadonlyMap<string, string>;

/**
 * Returns the API reports of a package, made by API Extractor from the declarations that `tsc -b` has written. All entries are
 * read in one compilation.
 *
 * @throws Error where a declaration is missing, which `tsc -b` mends, or cannot be analyzed
 */
export async function makeReports(published: PublishedPackage): Promise<Reports> {
  const scratch = await mkdtemp(join(tmpdir(), 'ablation-cam-api-'));
  try {
    const configs = published.entries.map(({ source, report }) =>
      configOf(published, join(published.folder, published.declarationOf(source)), report, scratch),
    );
    const [first, ...others] = configs;
    if (first === undefined) return new Map();
    const compilerState = CompilerState.create(first, {
      additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
    });
    const reports = new Map<string, string>();
    for (const [index, config] of configs.entries()) {
      Extractor.invoke(config, {
        compilerState,
        localBuild: true,
        messageCallback: (message) => {
          const isError = message.logLevel === ExtractorLogLevel.Error;
          if (isError) throw new Error(`${message.sourceFilePath ?? published.folder}: ${message.text}`);
          // It tells of each report that it is new in the scratch folder.
          message.handled = true;
        },
      });
      const { report } = published.entries[index]!;
      reports.set(report, await readFile(join(scratch, report), 'utf8'));
    }
    return reports;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function configOf(
  { folder, paths }: PublishedPackage,
  declaration: string,
  report: string,
  scratch: string,
): ExtractorConfig {
  const silent = { default: { logLevel: ExtractorLogLevel.None } };
  return ExtractorConfig.prepare({
    // No such file: what would be in it is here.
    configObjectFullPath: join(folder, 'api-extractor.json'),
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: declaration,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          extends: join(REPOSITORY, 'tsconfig.base.json'),
          compilerOptions: { composite: false, customConditions: [], paths },
          files: [declaration],
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: scratch,
        reportTempFolder: join(scratch, 'temp'),
        reportFileName: report,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
  });
}

/** The exported names in a report that no doc comment explains. */
export function undocumentedNames(report: string): string[] {
  const marks = report.matchAll(/^\/\/ @.*\(undocumented\)\nexport (?:[a-z]+ )*([A-Za-z_$][\w$]*)/gm);
  return [...marks].map(([, name = '']) => name);
}

/** The lines that one report has more often than the other, marked as a diff marks them. */
export function changedLines(committed: string, wanted: string): string[] {
  const surplus = (text: string, other: string, mark: string): string[] => {
    const counts = new Map<string, number>();
    for (const line of other.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
    return text.split('\n').flatMap((line) => {
      const left = counts.get(line) ?? 0;
      counts.set(line, left - 1);
      return left > 0 ? [] : [`${mark} ${line}`];
    });
  };
  return [...surplus(committed, wanted, '-'), ...surplus(wanted, committed, '+')];
}
