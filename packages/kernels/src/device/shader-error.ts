import { KernelsError } from '../errors.ts';
import type { Shader } from './pipeline-cache.ts';

/** The part of `GPUCompilationMessage` that is shown. */
export interface ShaderMessage {
  readonly type: GPUCompilationMessageType;
  readonly message: string;
  readonly lineNum: number;
  readonly linePos: number;
}

/** All errors of one shader, each with its line, column and source, as a compiler prints them. */
export function shaderError(shader: Shader, messages: readonly ShaderMessage[]): KernelsError {
  const lines = shader.code.split('\n');
  const errors = messages
    .filter(({ type }) => type === 'error')
    .map(({ message, lineNum, linePos }) => {
      const place = `${shader.label}:${lineNum}:${linePos}: ${message}`;
      const source = lines[lineNum - 1];
      return source === undefined ? place : `${place}\n  ${source}\n  ${caret(source, linePos)}`;
    });
  return new KernelsError('gpu-validation', `WGSL did not compile\n${errors.join('\n')}`);
}

/** Points at a column; tabs stay tabs, so that it lines up whatever their width. */
function caret(source: string, column: number): string {
  return `${source.slice(0, Math.max(0, column - 1)).replace(/[^\t]/g, ' ')}^`;
}
