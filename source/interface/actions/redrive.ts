import {positionOf} from '../../flow/message.ts';
import {safeText} from '../../payload/safe-text.ts';
import type {DeadLetter, Redrive} from '../../session/redrive.ts';
import {count} from '../amounts.ts';
import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';
import type {RedriveOverlay} from '../screen.ts';

/** A second at most; null: as quickly as the broker acknowledges. */
const rates: readonly (number | null)[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, null];
const usualRate = 50;

export const redriveActions: readonly Action[] = [
  {
    id: 'dead-letters',
    keys: ['D'],
    scope: 'panes',
    title: 'dead letters',
    description: 'List the dead letters of this topic, and redrive them to where they came from',
    whyNot: ({workbench}) => (workbench ? null : 'Still starting.'),
    run: ({workbench, screen}) => {
      workbench!.redrive.look();
      screen.change({overlay: {kind: 'redrive', at: 0, chosen: new Set(), rate: usualRate}});
    },
  },
  motion('up', ['up', 'k'], () => -1),
  motion('down', ['down', 'j'], () => 1),
  motion('page-up', ['pageup'], desk => -desk.pageRows),
  motion('page-down', ['pagedown'], desk => desk.pageRows),
  motion('first', ['g', 'home'], () => Number.NEGATIVE_INFINITY),
  motion('last', ['G', 'end'], () => Number.POSITIVE_INFINITY),
  {
    id: 'redrive-choose',
    keys: [' '],
    scope: 'redrive',
    title: 'choose',
    description: 'Choose this dead letter, or not; and go to the next',
    run: desk => change(desk, choose),
  },
  {
    id: 'redrive-chosen',
    keys: ['enter'],
    scope: 'redrive',
    title: 'redrive',
    description: 'Redrive the chosen dead letters, or this one where none is chosen; asked first',
    hint: 90,
    whyNot: desk => whyNotReady(desk) ?? (pointed(desk) ? null : 'There is no dead letter.'),
    run: askForChosen,
  },
  {
    id: 'redrive-all',
    keys: ['a'],
    scope: 'redrive',
    title: 'all',
    description: 'Redrive all that were counted, by the group of `kafka-notify redrive`; asked first',
    hint: 85,
    whyNot: desk =>
      whyNotReady(desk) ?? (desk.session.redrive!.count > 0n ? null : 'There is nothing to redrive.'),
    run: askForAll,
  },
  {
    id: 'redrive-pause',
    keys: ['p'],
    scope: 'redrive',
    title: 'pause/resume',
    description: 'Pause the redrive, or let it go on',
    hint: 80,
    whyNot: whyNotRunning,
    run: ({workbench, session}) => {
      const {state} = session.redrive!;
      if (state.status === 'running' && state.paused) workbench!.redrive.resume();
      else workbench!.redrive.pause();
    },
  },
  {
    id: 'redrive-cancel',
    keys: ['c'],
    scope: 'redrive',
    title: 'call off',
    description: 'End the redrive: what is in hand comes to its end, nothing more is sent',
    hint: 79,
    whyNot: whyNotRunning,
    run: ({workbench}) => workbench!.redrive.cancel(),
  },
  {
    id: 'redrive-faster',
    keys: ['+'],
    scope: 'redrive',
    title: 'faster',
    description: 'Let more a second pass, from the next redrive on',
    run: desk => change(desk, overlay => ({...overlay, rate: nextRate(overlay.rate, 1)})),
  },
  {
    id: 'redrive-slower',
    keys: ['-'],
    scope: 'redrive',
    title: 'slower',
    description: 'Let fewer a second pass, from the next redrive on',
    run: desk => change(desk, overlay => ({...overlay, rate: nextRate(overlay.rate, -1)})),
  },
  {
    id: 'redrive-count-as-redriven',
    keys: ['m'],
    scope: 'redrive',
    title: 'it is there',
    description: 'Count this unknown one as redriven, since you have seen that it is in the topic',
    whyNot: desk => {
      const letter = pointed(desk);
      return letter && desk.session.redrive!.resultOf(letter).status === 'unknown'
        ? null
        : 'Only one that is unknown can be counted as redriven.';
    },
    run: desk => desk.workbench!.redrive.countAsRedriven(pointed(desk)!),
  },
  {
    id: 'redrive-read',
    keys: ['r'],
    scope: 'redrive',
    title: 'read anew',
    description: 'Read anew what is not redriven',
    hint: 30,
    whyNot: whyNotReady,
    run: desk => {
      desk.workbench!.redrive.look();
      change(desk, overlay => ({...overlay, chosen: new Set()}));
    },
  },
  {
    id: 'redrive-close',
    keys: ['q', 'D'],
    scope: 'redrive',
    title: 'close',
    description: 'Close the list; a redrive under way goes on',
    run: ({screen}) => screen.change({overlay: null}),
  },
];

function askForChosen(desk: Desk): void {
  const redrive = desk.session.redrive!;
  const overlay = overlayOf(desk)!;
  const chosen = redrive.letters.filter(letter => overlay.chosen.has(positionOf(letter)));
  const letters = chosen.length > 0 ? chosen : [pointed(desk)!];
  const again = letters.filter(letter => ['redriven', 'unknown'].includes(redrive.resultOf(letter).status));
  const twice =
    again.length > 0
      ? ` ${again.length} of them may be there from a redrive before, and would be there twice.`
      : '';
  const beyond = redrive.beyondGaps(new Set(letters.map(positionOf)));
  const gap =
    beyond > 0
      ? ' Beyond a gap no commit can tell of it: all passes over it while this program runs, a later redrive sends it again.'
      : '';
  const which = letters.length === 1 ? positionOf(letters[0]!) : count(letters.length, 'dead letter');
  ask(desk, {
    title: `REDRIVE ${which}`,
    question: `Publishes ${which} to ${safeText(redrive.to)}, in order, ${sayRate(overlay.rate)}.${gap}${twice}`,
    run: () => {
      change(desk, now => ({...now, chosen: new Set()}));
      desk.workbench!.redrive.redriveChosen(letters, overlay.rate);
    },
  });
}

function askForAll(desk: Desk): void {
  const redrive = desk.session.redrive!;
  const {rate} = overlayOf(desk)!;
  const before = redrive.beyondGaps();
  const passed = before > 0 ? ` ${before} redriven from here already: passed over.` : '';
  const unknown = redrive.countOf('unknown');
  const held = unknown > 0 ? ` ${unknown} unknown: not sent again, what is behind it waits.` : '';
  ask(desk, {
    title: `REDRIVE ALL ${redrive.count}`,
    question: `Publishes ${redrive.count} dead letters to ${safeText(redrive.to)}, in order, ${sayRate(rate)}, and commits in group ${safeText(redrive.group)}.${passed}${held}`,
    run: () => {
      change(desk, now => ({...now, chosen: new Set()}));
      desk.workbench!.redrive.redriveAll(rate);
    },
  });
}

function ask(desk: Desk, {title, question, run}: {title: string; question: string; run(): void}): void {
  const back = overlayOf(desk)!;
  desk.screen.change({overlay: {kind: 'confirm', title, question, back, run}});
}

function overlayOf({screen}: Desk): RedriveOverlay | null {
  return screen.overlay?.kind === 'redrive' ? screen.overlay : null;
}

function change(
  desk: Desk,
  make: (overlay: RedriveOverlay, redrive: Redrive | null) => RedriveOverlay,
): void {
  const overlay = overlayOf(desk);
  if (overlay) desk.screen.change({overlay: make(overlay, desk.session.redrive)});
}

function pointed(desk: Desk): DeadLetter | null {
  const letters = desk.session.redrive?.letters ?? [];
  return letters[Math.min(overlayOf(desk)?.at ?? 0, letters.length - 1)] ?? null;
}

function choose(overlay: RedriveOverlay, redrive: Redrive | null): RedriveOverlay {
  const letter = redrive?.letters[overlay.at];
  if (!letter) return overlay;
  const chosen = new Set(overlay.chosen);
  if (!chosen.delete(positionOf(letter))) chosen.add(positionOf(letter));
  return {...overlay, chosen, at: Math.min(overlay.at + 1, redrive.letters.length - 1)};
}

function motion(name: string, keys: string[], by: (desk: Desk) => number): Action {
  return {
    id: `redrive-${name}`,
    keys,
    scope: 'redrive',
    title: name.replace('-', ' '),
    description: `Dead letters: ${name.replace('-', ' ')}`,
    run: desk =>
      change(desk, (overlay, redrive) => {
        const last = Math.max(0, (redrive?.letters.length ?? 0) - 1);
        return {...overlay, at: Math.min(last, Math.max(0, overlay.at + by(desk)))};
      }),
  };
}

function nextRate(rate: number | null, by: number): number | null {
  const at = rates.indexOf(rate) + by;
  return rates[Math.min(rates.length - 1, Math.max(0, at))]!;
}

function sayRate(rate: number | null): string {
  return rate === null ? 'as quickly as the broker acknowledges' : `at most ${rate} a second`;
}

function whyNotReady({session}: Desk): string | null {
  switch (session.redrive?.state.status) {
    case 'ready':
      return null;
    case 'running':
      return 'A redrive is under way.';
    case 'unusable':
      return safeText(session.redrive.state.explanation);
    default:
      return 'Still reading.';
  }
}

function whyNotRunning({session}: Desk): string | null {
  return session.redrive?.state.status === 'running' ? null : 'No redrive is under way.';
}
