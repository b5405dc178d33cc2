/** What a computer or browser tells about itself. */
export interface HostFacts {
  readonly commit: string | null;
  readonly runtime: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly load: number | null;
}
