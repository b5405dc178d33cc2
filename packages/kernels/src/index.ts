export * from './errors.ts';
export type * from './tail/tail.ts';
