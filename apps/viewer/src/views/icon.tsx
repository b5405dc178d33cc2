const PATHS = {
  right: 'M3 8.5 6.5 12 13 4.5',
  wrong: 'M4 4l8 8M12 4l-8 8',
  previous: 'M10 3 5 8l5 5',
  next: 'M6 3l5 5-5 5',
  // Beside numbers a lone tip would be read as "more than".
  becomes: 'M2 8h12M9.5 3.5 14 8l-4.5 4.5',
} as const;

/** A sign drawn as lines: not every font has these. The words are beside it. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
