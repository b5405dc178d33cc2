import { writeFile } from 'node:fs/promises';
import { TROUBLESHOOTING_PAGE, troubleshootingPage } from './docs/troubleshooting-page.ts';

/** The command `pnpm docs:errors`: writes the page of error messages from the sources. */
export async function docsErrors(): Promise<void> {
  await writeFile(TROUBLESHOOTING_PAGE, await troubleshootingPage());
  console.log(`written: ${TROUBLESHOOTING_PAGE}`);
}
