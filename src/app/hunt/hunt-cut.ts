/** Why the answer of a hunt is not whole: as data, so that every reader is told in their own language; here in English. */

export type HuntCut =
  /** Later events were not read. */
  | { readonly reason: 'cancelled' }
  /** It ended at so many chains: later events were not read. */
  | { readonly reason: 'chains'; readonly most: number }
  /** Of those found, the chains with most points are in the answer. */
  | { readonly reason: 'answered'; readonly kept: number; readonly found: number }
  /** The same, because no more have room in what is kept of a hunt. */
  | { readonly reason: 'room'; readonly kept: number; readonly found: number }
  /** So many chains went since with hosts that were forgotten. */
  | { readonly reason: 'forgotten'; readonly count: number }
  /** Kept by an earlier version, which had it in words alone. */
  | { readonly reason: 'told'; readonly text: string };

/** In sentences; `undefined` where the answer is whole. */
export function cutText(cuts: readonly HuntCut[]): string | undefined {
  return cuts.length === 0 ? undefined : cuts.map(sentenceOf).join(' ');
}

/** Each once: logs that are read side by side may end for the same reason. */
export function distinctCuts(cuts: readonly HuntCut[]): readonly HuntCut[] {
  return [...new Map(cuts.map((cut) => [sentenceOf(cut), cut])).values()];
}

function sentenceOf(cut: HuntCut): string {
  switch (cut.reason) {
    case 'cancelled':
      return 'It was cancelled: later events were not read.';
    case 'chains':
      return `It ended at ${cut.most} chains: later events were not read. Narrow the range, or name a host.`;
    case 'answered':
      return `${cut.kept} of ${cut.found} chains kept, those with most points.`;
    case 'room':
      return `${cut.kept} of ${cut.found} chains kept, those with most points: no more have room.`;
    case 'forgotten':
      return cut.count === 1
        ? '1 chain went since with a host that was forgotten.'
        : `${cut.count} chains went since with hosts that were forgotten.`;
    case 'told':
      return cut.text;
  }
}
