import {type Piece, spread} from '../cells.ts';
import type {Theme} from '../theme.ts';

/** The bar over a pane, in exactly `width` columns: what it is on the left, how it stands on the right. */
export function titleBar(
  start: string,
  end: string,
  {width, focused, theme}: {readonly width: number; readonly focused: boolean; readonly theme: Theme},
): string {
  const pieces = (text: string): Piece[] => [text];
  const bar = spread(pieces(` ${start}`), pieces(end === '' ? '' : `${end} `), width);
  return focused ? theme.title(bar) : theme.otherTitle(bar);
}
