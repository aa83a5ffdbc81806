import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';

/** Keys that move through a text that is longer than its place. */
export function scrolling(scope: 'detail' | 'scroll' | 'result'): Action[] {
  const move = (name: string, keys: string[], by: (desk: Desk) => number): Action => ({
    id: `${scope}-${name}`,
    keys,
    scope,
    title: name.replace('-', ' '),
    description: `Scroll: ${name.replace('-', ' ')}`,
    run: desk => scroll(desk, by(desk)),
  });
  return [
    move('up', ['up', 'k'], () => -1),
    move('down', ['down', 'j'], () => 1),
    move('page-up', ['pageup'], desk => -desk.pageRows),
    move('page-down', ['pagedown', ' '], desk => desk.pageRows),
    move('top', ['g', 'home'], () => Number.NEGATIVE_INFINITY),
    move('bottom', ['G', 'end'], () => Number.POSITIVE_INFINITY),
  ];
}

/** The drawing puts right what went beyond the end, since only it knows how long the text is. */
function scroll({screen, session}: Desk, by: number): void {
  const {overlay} = screen;
  if (overlay?.kind === 'help' || overlay?.kind === 'detail' || overlay?.kind === 'result') {
    screen.change({overlay: {...overlay, top: Math.max(0, Math.min(overlay.top + by, 1e9))}});
  } else if (overlay?.kind === 'log') {
    const last = session.log.items.length;
    const top = Math.max(0, (overlay.top ?? last) + by);
    screen.change({overlay: {...overlay, top: top >= last ? null : top}});
  }
}
