/** The idea and the words of the page, for whoever has not met them: those of the expert settings where these are shown. */
export function About({ isExpert }: { readonly isExpert: boolean }) {
  return (
    <details class="about">
      <summary>How does it work?</summary>
      <ol>
        <li>
          Inside, the network makes many small pictures of the input, its <b>channels</b>. Each shows where
          one thing is: stripes of one direction, an edge, a peak.
        </li>
        <li>
          Ablation-CAM <b>switches off</b> one channel at a time and looks how far the score of a class falls.
          That fall, as a share of the score, is the channel’s <b>weight</b>: large if the answer rests on it,
          negative if it speaks against it.
        </li>
        <li>
          All channels, added up by their weights, are the <b>map</b>: bright where the network found what
          made it decide.
        </li>
      </ol>
      <dl class="facts">
        {isExpert && (
          <>
            <dt>Score</dt>
            <dd>
              What falls: the probability of the class, or its logit, the number that the network turns into a
              probability.
            </dd>
            <dt>“Off” is</dt>
            <dd>
              What a channel is replaced by: zero, what is left without its filter, or its own mean over the
              input.
            </dd>
            <dt>Weight</dt>
            <dd>
              Relative drop: the share of the score that goes with the channel. Slope: the fall divided by how
              strongly the channel responds.
            </dd>
          </>
        )}
        <dt>{isExpert ? 'Rather than' : 'The setting “Rather than”'}</dt>
        <dd>Shows what speaks for one class against another, not for it alone.</dd>
      </dl>
    </details>
  );
}
