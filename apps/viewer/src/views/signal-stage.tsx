import { useMemo } from 'preact/hooks';
import { darkPalette, lightPalette } from '@ablation-cam/model';
import type { PositionMap } from '@ablation-cam/xai';
import { drawSignalHeatmap, svgDataUri, type ColorMapName } from '@ablation-cam/xai/drawing';
import type { InputDescription } from '../protocol/descriptions.ts';
import { useDarkScheme } from './use-dark-scheme.ts';
import { useWidth } from './use-width.ts';

interface SignalStageProps {
  readonly input: InputDescription;
  readonly heatmap: PositionMap;
  readonly colors: ColorMapName;
  /** What the map is of. */
  readonly caption: string;
}

/** What the drawing needs beside the plot: margins and the color bar, in pixels. */
const BESIDE_PLOT = 110;

/** The signal as a curve in the colors of its map. */
export function SignalStage({ input, heatmap, colors, caption }: SignalStageProps) {
  const [container, width] = useWidth<HTMLDivElement>();
  const isDark = useDarkScheme();
  const source = useMemo(() => {
    if (width === 0) return null;
    const svg = drawSignalHeatmap(input, heatmap, {
      width: Math.max(200, width - BESIDE_PLOT),
      plotHeight: width < 480 ? 170 : 215,
      colorMap: colors,
      colorBarLabel: 'counted',
      palette: { ...(isDark ? darkPalette : lightPalette), background: null },
    });
    return svgDataUri(svg);
  }, [input, heatmap, colors, width, isDark]);
  return (
    <div class="signal" ref={container}>
      {source && <img src={source} alt={`The signal; bright parts: ${caption}`} />}
    </div>
  );
}
