import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join, relative, resolve } from 'node:path';

/** Replaces places in a bundle, as a browser prints them, by places in the sources. */
export function sourceStack(text: string, bundleUrl: string, bundleFolder: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  const place = new RegExp(`${bundleUrl.replaceAll('.', '\\.')}([\\w.-]+):(\\d+):(\\d+)`, 'g');
  return text.replace(place, (whole, file: string, line: string, column: string) => {
    if (!maps.has(file)) maps.set(file, readMap(join(bundleFolder, `${file}.map`)));
    const entry = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return whole;
    const source = relative(process.cwd(), resolve(bundleFolder, entry.originalSource));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function readMap(path: string): SourceMap | undefined {
  return existsSync(path)
    ? new SourceMap(JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload)
    : undefined;
}
