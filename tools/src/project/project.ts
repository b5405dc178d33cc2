import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../workspace.ts';

/** `project.json`: the one place that says where this project lives. */
export interface Project {
  /** Without a slash at the end. */
  readonly repository: string;
  /** With a slash at the end. */
  readonly site: string;
  readonly keywords: readonly string[];
}

export async function readProject(): Promise<Project> {
  return JSON.parse(await readFile(join(REPOSITORY, 'project.json'), 'utf8')) as Project;
}
