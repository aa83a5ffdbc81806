import {totalOf} from '../../flow/moves.ts';
import {safeText} from '../../payload/safe-text.ts';
import {ask, type GoBackOverlay, goBack, sayMoves} from '../actions/going-back.ts';
import {count} from '../amounts.ts';
import {type Piece, row} from '../cells.ts';
import type {Desk} from '../desk.ts';
import type {Gate} from '../key-gate.tsx';
import {Asked} from '../parts/asked.tsx';
import {Rows} from '../parts/rows.tsx';
import type {Theme} from '../theme.ts';
import {titleBar} from './title.ts';

type Props = {
  readonly desk: Desk;
  readonly gate: Gate;
  readonly theme: Theme;
  readonly overlay: GoBackOverlay;
  readonly width: number;
};

export const goBackHeight = 5;

/** Asks how far back, and shows what would come again before anything is done. */
export function GoBackSheet({desk, gate, theme, overlay, width}: Props) {
  const {partition, how, place} = overlay;
  const choice = (name: typeof how, text: string): Piece => [
    ` ${text} `,
    how === name ? theme.selected : theme.quiet,
  ];
  const which = partition === null ? 'all partitions' : `partition ${partition}`;
  return (
    <>
      <Rows rows={[titleBar('GO BACK', 'Enter goes back · Esc stays', {width, focused: true, theme})]} />
      <Asked
        gate={gate}
        label="from"
        value={place}
        width={width}
        onChange={changed => ask(desk, {...overlay, place: changed})}
        onSubmit={() => goBack(desk, overlay)}
      />
      <Rows
        rows={[
          row(
            [['  empty: the beginning · an offset · 1@40 · end-200 · a time (15m, 2h)', theme.quiet]],
            width,
          ),
          row(
            [
              ' ',
              [which, theme.strong],
              [' ↑↓ ', theme.quiet],
              choice('replay', 'replay: commit stays'),
              choice('rewind', 'rewind: sets it'),
            ],
            width,
          ),
          row([' ', planPiece(overlay, theme)], width),
        ]}
      />
    </>
  );
}

function planPiece({plan}: GoBackOverlay, theme: Theme): Piece {
  switch (plan.status) {
    case 'counting':
      return ['Counting what would come again …', theme.quiet];
    case 'impossible':
      return [safeText(plan.problem), theme.waiting];
    case 'possible': {
      const again = totalOf(plan.moves, 'again');
      return [
        `${count(again, 'message')} ${again === 1n ? 'comes' : 'come'} again, from ${sayMoves(plan.moves)}`,
        theme.strong,
      ];
    }
  }
}
