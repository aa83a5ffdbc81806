import {describe, expect, it} from 'vitest';
import type {LostPosition} from '../../source/flow/events.ts';
import type {Failure} from '../../source/flow/outcome.ts';
import {countOf, openFailures} from '../../source/session/failures.ts';
import type {Obstacle, PartitionView} from '../../source/session/partitions.ts';
import {Stream} from '../../source/session/stream.ts';
import {message as messageAt} from '../flow/support/messages.ts';

const topic = 'notifications';
const failure = (name: string): Failure => ({name, message: `${name} of u-17`, permanent: false});

function view(partition: number, obstacle: Obstacle | null, end: bigint | null = 10n): PartitionView {
  return {
    partition,
    leader: 1,
    replicas: [1],
    inSync: [1],
    first: 0n,
    end,
    processed: 0n,
    committed: 0n,
    lag: null,
    isOurs: true,
    obstacle,
    waiting: null,
    isPausedByCode: false,
    left: 0n,
  };
}

const held = (name: string, offset = 2n): Obstacle => ({
  status: 'held',
  offset,
  failure: failure(name),
  attempt: 3,
});

const bytes = Buffer.from('damaged');
const lost: LostPosition = {topic, partition: 4, position: 3n, first: 6n, end: 9n, cause: 'retention'};

describe('what stands in the way', () => {
  it('is listed with lost positions first, then what cannot be read, then alike ones together', () => {
    const partitions = [
      view(0, held('TypeError')),
      view(1, null),
      view(2, held('RangeError')),
      view(3, held('TypeError')),
      view(4, {status: 'lost', lost}),
      view(5, {status: 'unreadable', batch: {from: 3n, next: 6n, reason: 'CRC mismatch', bytes}}),
      view(6, {status: 'unreadable', batch: {from: 3n, next: null, reason: 'no codec 7', bytes}}),
    ];
    const found = openFailures({partitions, stream: new Stream(() => 0)});
    expect(found.map(({name, partition}) => `${partition} ${name}`)).toEqual([
      '4 position lost',
      "5 can't be read",
      "6 can't be read",
      '2 RangeError',
      '0 TypeError',
      '3 TypeError',
    ]);
    expect(found[0]).toMatchObject({offset: 3n, text: '3–5 no longer exist (retention)', row: null});
    expect(found[1]).toMatchObject({offset: 3n, text: 'CRC mismatch (3 to 5)', row: null, behind: 4n});
    expect(found[2]).toMatchObject({text: 'no codec 7 (from 3 on, its end is unknown)', behind: null});
    expect(countOf(found, 'held')).toBe(3);
  });

  it('tells since when it fails, why it is still held, and what waits behind', () => {
    let now = 1000;
    const stream = new Stream(() => now);
    const message = messageAt(0, 2);
    const told = failure('TypeError');
    const outcomes = [{status: 'failed' as const, durationMs: 1, failure: told}];
    const handled = {type: 'handled' as const, at: {topic, partition: 0}, messages: [message], outcomes};
    stream.take({...handled, attempt: 1});
    now = 5000;
    stream.take({...handled, attempt: 2});
    const because = 'the dead letter was not acknowledged: no answer';
    stream.take({type: 'held', message, failure: told, attempt: 2, attempts: 2, behind: [], because});
    const [found] = openFailures({partitions: [view(0, held('TypeError'))], stream});
    expect(found).toMatchObject({since: 1000, behind: 7n, text: `${because}; TypeError of u-17`});
    expect(found!.row).toBe(stream.rowAt(0, 2n));
    const [unknown] = openFailures({partitions: [view(0, held('TypeError'), null)], stream});
    expect(unknown!.behind).toBeNull();
    const [another] = openFailures({partitions: [view(0, held('TypeError'), 1n)], stream});
    expect(another!.behind).toBeNull();
    const [last] = openFailures({partitions: [view(0, held('TypeError'), 3n)], stream});
    expect(last!.behind).toBe(0n);
  });
});
