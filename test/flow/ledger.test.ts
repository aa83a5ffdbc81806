import {describe, expect, it} from 'vitest';
import {Ledger} from '../../source/flow/ledger.ts';

describe('the ledger', () => {
  it('commits the offset after the last message that is finished, and never goes back', () => {
    const ledger = new Ledger(10n, 10n);
    ledger.finish(11n);
    expect(ledger.committable()).toBe(11n);
    ledger.finish(13n);
    ledger.finish(12n);
    expect(ledger.committable()).toBe(13n);
    ledger.confirm(13n);
    ledger.confirm(11n);
    expect(ledger.committable()).toBeNull();
  });

  it('commits where it began, if that was chosen and the group has no offset yet', () => {
    const ledger = new Ledger(7n, null, {commitsStart: true});
    expect(ledger.committable()).toBe(7n);
    ledger.confirm(7n);
    expect(ledger.committable()).toBeNull();
  });

  it('has nothing to commit before anything is finished, also where the group has no offset', () => {
    expect(new Ledger(7n, null).committable()).toBeNull();
  });

  it('does not lower the committed offset in a replay', () => {
    const ledger = new Ledger(0n, 5n);
    ledger.finish(3n);
    expect(ledger.committable()).toBeNull();
    ledger.meet(5n);
    expect(ledger.prefix).toBe(3n);
    ledger.finish(6n);
    expect(ledger.committable()).toBe(6n);
  });

  it('takes over what another member finished', () => {
    const ledger = new Ledger(0n, 0n);
    ledger.finish(2n);
    ledger.meet(8n);
    expect(ledger.prefix).toBe(8n);
    expect(ledger.committable()).toBeNull();
  });
});
