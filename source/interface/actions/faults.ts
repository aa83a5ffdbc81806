import {faultsAsWords, faultsFrom, type InjectedFaults, noFaults, sayFaults} from '../../flow/faults.ts';
import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';

const slowBy = 1000;
const every = 3;

/** Faults on purpose, for drills and demonstrations: found in the palette, so that none is put in by a slip. */
export const faultActions: readonly Action[] = [
  fault('fail-next', 'Fault: fail next attempt on purpose (one more each time)', ({failNext, ...rest}) => ({
    ...rest,
    failNext: failNext + 1,
  })),
  fault('fail-every', `Fault: fail every ${every}rd message at its first attempt (on and off)`, faults => ({
    ...faults,
    failEvery: faults.failEvery === 0 ? every : 0,
  })),
  fault('slow', `Fault: slow, ${slowBy} ms before each message (on and off)`, faults => ({
    ...faults,
    slowMs: faults.slowMs === 0 ? slowBy : 0,
  })),
  fault(
    'stop-before-commit',
    'Fault: stop before commit – processed, but not committed while this is on (on and off)',
    faults => ({
      ...faults,
      stopBeforeCommit: !faults.stopBeforeCommit,
    }),
  ),
  fault(
    'crash-before-commit',
    'Fault: crash before commit – the consumer drops out once, and what it had finished comes again',
    faults => ({...faults, crashBeforeCommit: !faults.crashBeforeCommit}),
  ),
  {
    id: 'write-faults',
    keys: [],
    scope: 'panes',
    title: 'faults …',
    description: 'Faults: write them, with amounts of your own (fail-every=5 slow=200ms)',
    run: ({session, screen}) =>
      screen.change({overlay: {kind: 'faults', words: faultsAsWords(session.faults).join(' ')}}),
  },
  {
    ...fault('no-faults', 'Faults: none any more', () => noFaults),
    whyNot: ({session}) => (sayFaults(session.faults) === '' ? 'No fault is on.' : null),
  },
];

/** Puts in the faults that were written; answers whether they could be read. */
export function writeFaults(desk: Desk, words: string): boolean {
  try {
    putIn(desk, faultsFrom(words.split(/[\s,]+/).filter(word => word !== '')));
    return true;
  } catch (error) {
    desk.session.say('warning', (error as Error).message);
    return false;
  }
}

function fault(id: string, description: string, change: (faults: InjectedFaults) => InjectedFaults): Action {
  return {
    id,
    keys: [],
    scope: 'panes',
    title: id.replaceAll('-', ' '),
    description,
    run: desk => putIn(desk, change(desk.session.faults)),
  };
}

function putIn({session, workbench}: Desk, faults: InjectedFaults): void {
  const withheld = session.faults.stopBeforeCommit;
  session.setFaults(faults);
  if (withheld && !faults.stopBeforeCommit) workbench?.commitSoon();
  const now = sayFaults(faults);
  session.say('warning', now === '' ? 'No faults any more.' : `Faults on purpose: ${now}.`);
}
