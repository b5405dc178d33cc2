import type { Mark } from '../../protocol/erasure.ts';

/** Parts of a picture, as they are painted. */
export function Marks({
  marks,
  class: className,
}: {
  readonly marks: readonly Mark[];
  readonly class: string;
}) {
  return (
    <svg class={`layer over ${className}`} viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {marks.map(({ form, x, y, width, height }, index) =>
        form === 'disc' ? (
          <ellipse key={index} cx={x} cy={y} rx={width / 2} ry={height / 2} />
        ) : (
          <rect key={index} x={x - width / 2} y={y - height / 2} width={width} height={height} />
        ),
      )}
    </svg>
  );
}
