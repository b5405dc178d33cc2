/** Whether a file is called like text, which may hold the values of a signal or the names of classes. */
export function isTextName(name: string): boolean {
  return /\.(csv|tsv|txt)$/i.test(name);
}
