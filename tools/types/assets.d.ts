declare module '*.wgsl' {
  const source: string;
  export default source;
}

declare module '*.webp' {
  const bytes: Uint8Array;
  export default bytes;
}

declare module '*.bin' {
  const bytes: Uint8Array;
  export default bytes;
}
