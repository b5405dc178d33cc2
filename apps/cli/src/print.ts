import { printable, printableJson } from '@ablation-cam/model';

/** Prints text for people; what names in it hold beyond letters is shown, not obeyed. */
export function print(text: string): void {
  console.log(printable(text));
}

/** The same on standard error. */
export function printError(text: string): void {
  console.error(printable(text));
}

/** Prints a value for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value)}\n`);
}
