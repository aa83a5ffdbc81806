import {systemClock} from '../flow/clock.ts';
import {type InjectedFaults, sayFaults} from '../flow/faults.ts';
import type {Handler} from '../flow/handler.ts';
import {injectFaults} from '../flow/inject-faults.ts';

/** The faults of `--fault`, said loudly at the start, since nobody should meet them unaware. */
export class HeadlessFaults {
  #faults: InjectedFaults;
  readonly #say: (text: string) => void;

  constructor(faults: InjectedFaults, say: (text: string) => void) {
    this.#faults = faults;
    this.#say = say;
    const words = sayFaults(faults);
    if (words !== '') say(`Warning: faults on purpose (--fault): ${words}.`);
    if (faults.stopBeforeCommit) say('Nothing is committed: all of it comes again at the next start.');
  }

  before(handler: Handler): Handler {
    return injectFaults(handler, {
      clock: systemClock,
      faults: () => this.#faults,
      used: () => {
        this.#faults = {...this.#faults, failNext: this.#faults.failNext - 1};
      },
    });
  }

  readonly ofCommits = {
    withheld: () => this.#faults.stopBeforeCommit,
    crashes: () => {
      if (!this.#faults.crashBeforeCommit) return false;
      this.#faults = {...this.#faults, crashBeforeCommit: false};
      this.#say('Crashed on purpose before a commit: what was finished and not committed comes again.');
      return true;
    },
  };
}
