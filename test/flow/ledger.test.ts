import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Ledger} from '../../source/flow/ledger.ts';

describe('the ledger', () => {
  it('commits the offset after the last message of the gapless finished prefix', () => {
    const ledger = new Ledger(10n, 10n);
    ledger.finish(10n, 11n);
    ledger.finish(12n, 13n);
    expect(ledger.committable()).toBe(11n);
    ledger.finish(11n, 12n);
    expect(ledger.committable()).toBe(13n);
  });

  it('has nothing to commit before anything is finished, also where the group has no offset', () => {
    expect(new Ledger(7n, null).committable()).toBeNull();
  });

  it('does not lower the committed offset in a replay', () => {
    const ledger = new Ledger(0n, 5n);
    ledger.finish(0n, 3n);
    expect(ledger.committable()).toBeNull();
    ledger.meet(5n);
    expect(ledger.prefix).toBe(3n);
    ledger.finish(3n, 6n);
    expect(ledger.committable()).toBe(6n);
  });

  it('takes over what another member finished', () => {
    const ledger = new Ledger(0n, 0n);
    ledger.finish(0n, 2n);
    ledger.meet(8n);
    expect(ledger.prefix).toBe(8n);
    expect(ledger.committable()).toBeNull();
  });

  it('never passes an unfinished message, for any order of results, and passes all when all are finished', () => {
    const gapped = fc.array(fc.integer({min: 1, max: 4}), {minLength: 1, maxLength: 60});
    fc.assert(
      fc.property(gapped, fc.infiniteStream(fc.nat()), (sizes, order) => {
        // Each message covers one or more offsets: its own and the gap after it.
        let at = 0n;
        const ranges = sizes.map(size => {
          const range = {from: at, to: at + BigInt(size)};
          at = range.to;
          return range;
        });
        const ledger = new Ledger(0n, 0n);
        const open = [...ranges];
        while (open.length > 0) {
          // `open` stays in order: its first is the first that is unfinished.
          const [range] = open.splice(order.next().value % open.length, 1);
          ledger.finish(range!.from, range!.to);
          const [firstOpen = at] = open.map(each => each.from);
          expect(ledger.prefix).toBe(firstOpen);
        }
        expect(ledger.prefix).toBe(at);
      }),
      {seed: 7},
    );
  });
});
