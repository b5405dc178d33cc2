import type { ComponentChildren } from 'preact';
import type { Zoom } from './zoom.ts';

interface FrameProps {
  /** How wide the picture is for its height. */
  readonly aspect: number;
  readonly zoom: Zoom;
  readonly children: ComponentChildren;
}

/** A frame that shows a part of a picture. The picture is laid out larger instead of being scaled: lines stay thin. */
export function Frame({ aspect, zoom, children }: FrameProps) {
  return (
    <div class="frame" data-frame style={{ aspectRatio: String(aspect) }}>
      <div class="picture" style={pictureStyle(zoom)}>
        {children}
      </div>
    </div>
  );
}

function pictureStyle({ scale, left, top }: Zoom): Readonly<Record<string, string>> {
  const share = (value: number): string => `${100 * value}%`;
  return {
    width: share(scale),
    height: share(scale),
    left: share(-left * scale),
    top: share(-top * scale),
  };
}
