import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';
import {detailViews, type Overlay, type Screen} from '../screen.ts';
import {scrolling} from './scrolling.ts';
import {closeSearch} from './search.ts';

export const overlayActions: readonly Action[] = [
  {
    id: 'close',
    keys: ['esc'],
    scope: 'overlay',
    title: 'back',
    description: 'Close this',
    hint: 10,
    run: desk => {
      const {screen} = desk;
      if (closeSearch(desk)) return;
      screen.change({
        ...(screen.overlay?.kind === 'filter' && {filter: ''}),
        overlay: beneath(screen),
      });
    },
  },
  {
    id: 'overlay-leave',
    keys: ['ctrl+c'],
    scope: 'overlay',
    title: 'quit',
    description: 'Finish what is in hand, commit and leave',
    run: desk => desk.leave(),
  },
  {
    id: 'leave-now',
    keys: ['ctrl+c'],
    scope: 'leaving',
    title: 'leave at once',
    description: 'Leave without waiting for what is in hand; it comes again at the next start',
    run: desk => desk.leave(),
  },
  {
    id: 'next-view',
    keys: ['tab', 'right'],
    scope: 'detail',
    title: 'next view',
    description: 'JSON, raw, hex, headers, attempts, life',
    hint: 70,
    run: desk => turn(desk, 1),
  },
  {
    id: 'previous-view',
    keys: ['shift+tab', 'left'],
    scope: 'detail',
    title: 'previous view',
    description: 'The view before',
    run: desk => turn(desk, -1),
  },
  ...scrolling('detail'),
  ...scrolling('scroll'),
  {
    id: 'close-scroll',
    keys: ['q', '?', 'enter'],
    scope: 'scroll',
    title: 'close',
    description: 'Close this',
    run: ({screen}) => screen.change({overlay: null}),
  },
  {
    id: 'close-detail',
    keys: ['q', 'enter'],
    scope: 'detail',
    title: 'close',
    description: 'Close this',
    run: ({screen}) => screen.change({overlay: beneath(screen)}),
  },
  {
    id: 'palette-up',
    keys: ['up'],
    scope: 'palette',
    title: 'up',
    description: 'The command above',
    run: desk => choose(desk, -1),
  },
  {
    id: 'palette-down',
    keys: ['down', 'tab'],
    scope: 'palette',
    title: 'down',
    description: 'The command below',
    run: desk => choose(desk, 1),
  },
  {
    id: 'confirm',
    keys: ['enter', 'y'],
    scope: 'confirm',
    title: 'yes',
    description: 'Do it',
    hint: 90,
    run: ({screen}) => {
      const {overlay} = screen;
      screen.change({overlay: beneath(screen)});
      if (overlay?.kind === 'confirm') overlay.run();
    },
  },
  {
    id: 'refuse',
    keys: ['n', 'q'],
    scope: 'confirm',
    title: 'no',
    description: 'Leave it as it is',
    hint: 80,
    run: ({screen}) => screen.change({overlay: beneath(screen)}),
  },
];

/** What it was opened from. */
function beneath({overlay}: Screen): Overlay | null {
  return overlay && 'back' in overlay ? (overlay.back ?? null) : null;
}

function turn({screen}: Desk, by: number): void {
  const {overlay} = screen;
  if (overlay?.kind !== 'detail') return;
  const at = (detailViews.indexOf(overlay.view) + by + detailViews.length) % detailViews.length;
  screen.change({overlay: {...overlay, view: detailViews[at]!, top: 0}});
}

function choose({screen}: Desk, by: number): void {
  const {overlay} = screen;
  if (overlay?.kind === 'palette') screen.change({overlay: {...overlay, at: Math.max(0, overlay.at + by)}});
}
