import {type InjectedFaults, noFaults, sayFaults} from '../../flow/inject-faults.ts';
import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';

const slowBy = 1000;
const every = 3;

/** Faults on purpose, for drills and demonstrations: found in the palette, so that none is put in by a slip. */
export const faultActions: readonly Action[] = [
  fault('fail-next', 'Fault: the next attempt fails on purpose (more each time)', ({failNext, ...rest}) => ({
    ...rest,
    failNext: failNext + 1,
  })),
  fault('fail-every', `Fault: every ${every}rd message fails at its first attempt`, faults => ({
    ...faults,
    failEvery: faults.failEvery === 0 ? every : 0,
  })),
  fault('slow', `Fault: ${slowBy} ms pass before each message`, faults => ({
    ...faults,
    slowMs: faults.slowMs === 0 ? slowBy : 0,
  })),
  {
    ...fault('no-faults', 'Faults: none any more', () => noFaults),
    whyNot: ({session}) => (sayFaults(session.faults) === '' ? 'No fault is on.' : null),
  },
];

function fault(id: string, description: string, change: (faults: InjectedFaults) => InjectedFaults): Action {
  return {
    id,
    keys: [],
    scope: 'panes',
    title: id.replace('-', ' '),
    description,
    run: ({session}: Desk) => {
      session.setFaults(change(session.faults));
      const now = sayFaults(session.faults);
      session.say('warning', now === '' ? 'No faults any more.' : `Faults on purpose: ${now}.`);
    },
  };
}
