import { useMemo } from 'preact/hooks';

interface OutlineProps {
  /** 1 inside, `[height, width]`. */
  readonly inside: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly class: string;
  readonly label: string;
}

/** The border of a region, along the edges of its cells. */
export function Outline({ inside, width, height, label, class: className }: OutlineProps) {
  const path = useMemo(() => borderPath(inside, width, height), [inside, width, height]);
  return (
    <svg
      class={`layer over ${className}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path class="outline-back" d={path} />
      <path class="outline" d={path} />
    </svg>
  );
}

function borderPath(region: Uint8Array, width: number, height: number): string {
  const inside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && region[y * width + x] === 1;
  const parts: string[] = [];
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      if (inside(x, y) !== inside(x, y - 1)) parts.push(`M${x} ${y}h1`);
      if (inside(x, y) !== inside(x - 1, y)) parts.push(`M${x} ${y}v1`);
    }
  }
  return parts.join('');
}
