import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  type ForeignGroup,
  foreignGroup,
  type GroupSeen,
  sayWaiting,
  sayWhoWorks,
} from '../../source/flow/foreign-group.ts';

type Seen = GroupSeen['partitions'][number];
const mailer = {client: 'rdkafka', host: '10.0.0.7'};
const at = (partition: number, changes: Partial<Seen> = {}): Seen => ({
  partition,
  committed: null,
  isOurs: true,
  first: 0n,
  end: 20n,
  ...changes,
});

describe('a group before it is joined', () => {
  it('is free without members and commits, and where all of them are ours', () => {
    expect(foreignGroup({others: [], partitions: []})).toBeNull();
    expect(foreignGroup({others: [], partitions: [at(0), at(1, {committed: 5n})]})).toBeNull();
  });

  it('is somebody else’s by its members alone, and what they have before them is counted from the first message', () => {
    const found = foreignGroup({others: [mailer], partitions: [at(0, {first: 4n}), at(1)]});
    expect(found).toEqual({others: [mailer], commits: new Map(), waiting: 36n, isLeast: false});
  });

  it('is somebody else’s by one commit, and counts from the commits to the ends over all partitions', () => {
    const partitions = [
      at(0, {committed: 9n, isOurs: false}),
      at(1, {committed: 15n}),
      at(2, {committed: 2n, first: 6n, isOurs: false}),
      at(3, {committed: 90n, isOurs: false}),
    ];
    expect(foreignGroup({others: [], partitions})).toEqual({
      others: [],
      commits: new Map([
        [0, 9n],
        [2, 2n],
        [3, 90n],
      ]),
      waiting: 11n + 5n + 14n,
      isLeast: false,
    });
  });

  it('is not free where its members cannot be told, and its count is a least one where a partition does not answer', () => {
    const found = foreignGroup({others: null, partitions: [at(0), at(1, {first: null, end: null})]})!;
    expect(found).toMatchObject({waiting: 20n, isLeast: true});
    expect(sayWhoWorks(found)).toContain('cannot be told');
    expect(sayWaiting(found)).toBe('at least 20 messages');
  });

  it('is asked about again for members, for commits made since, and not for those agreed to', () => {
    const partitions = [at(0, {committed: 9n, isOurs: false}), at(1, {committed: 9n, isOurs: false})];
    const agreed = foreignGroup({others: [], partitions})!.commits;
    expect(foreignGroup({others: [], partitions}, agreed)).toBeNull();
    expect(
      foreignGroup({others: [], partitions: [partitions[0]!, at(1, {committed: 12n})]}, agreed),
    ).toBeNull();
    expect(foreignGroup({others: [mailer], partitions}, agreed)).not.toBeNull();
    const went = [partitions[0]!, at(1, {committed: 12n, isOurs: false})];
    expect(foreignGroup({others: [], partitions: went}, agreed)).not.toBeNull();
  });

  it('is never taken for free while a foreign commit stands that nobody agreed to', () => {
    const partition = fc.record({
      committed: fc.option(fc.bigInt({min: 0n, max: 50n}), {nil: null}),
      isOurs: fc.boolean(),
      first: fc.constant(0n),
      end: fc.bigInt({min: 0n, max: 50n}),
    });
    fc.assert(
      fc.property(fc.array(partition, {maxLength: 5}), all => {
        const partitions = all.map((each, index) => ({partition: index, ...each}));
        const foreign = partitions.some(({committed, isOurs}) => committed !== null && !isOurs);
        expect(foreignGroup({others: [], partitions}) !== null).toBe(foreign);
      }),
      {seed: 20_269},
    );
  });
});

describe('who works in it, in words', () => {
  const of = (changes: Partial<ForeignGroup>): ForeignGroup => ({
    others: [],
    commits: new Map(),
    waiting: 0n,
    isLeast: false,
    ...changes,
  });

  it('names members with client and host, some of many', () => {
    expect(sayWhoWorks(of({others: [mailer]}))).toBe(
      '1 member that is not kafka-notify is in it: rdkafka on 10.0.0.7',
    );
    const five = Array.from({length: 5}, (_, index) => ({client: `c${index}`, host: 'h'}));
    expect(sayWhoWorks(of({others: five}))).toBe(
      '5 members that are not kafka-notify are in it: c0 on h, c1 on h, c2 on h, 2 more',
    );
    expect(sayWhoWorks(of({}))).toBe('its offsets were committed by another program');
  });

  it('counts what would be processed, or says that it would be what comes', () => {
    expect(sayWaiting(of({waiting: 1n}))).toBe('1 message');
    expect(sayWaiting(of({waiting: 51n}))).toBe('51 messages');
    expect(sayWaiting(of({}))).toBe('every new message');
    expect(sayWaiting(of({isLeast: true}))).toBe('an unknown number of messages');
  });
});
