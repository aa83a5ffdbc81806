import {describe, expect, it} from 'vitest';
import type {Message} from '../../source/flow/message.ts';
import {deadLetterOf, Redrive, resultOfFailure} from '../../source/session/redrive.ts';
import {headersOf} from '../flow/support/headers.ts';
import {message} from '../flow/support/messages.ts';

const there = {status: 'redriven', where: 'n 0@9'} as const;

function listOf(...positions: readonly [number, number][]): Redrive {
  const redrive = new Redrive({topic: 'n-dlt', to: 'n', group: 'redrive-n-dlt'}, () => {});
  const letters = positions.map(([partition, offset]) => deadLetterOf(message(partition, offset)));
  const from = new Map([
    [0, 5n],
    [1, 0n],
  ]);
  redrive.setList(letters, BigInt(letters.length), from);
  return redrive;
}

describe('what is redriven by hand', () => {
  it('is told by commits as far as there is no gap', () => {
    const redrive = listOf([0, 5], [0, 6], [0, 8], [1, 2], [1, 3]);
    redrive.setResult(message(0, 5), there);
    redrive.setResult(message(0, 8), there);
    redrive.setResult(message(1, 3), there);
    expect([...redrive.prefixes()]).toEqual([
      [0, 6n],
      [1, 0n],
    ]);
    expect(redrive.beyondGaps()).toBe(2);
    redrive.setResult(message(0, 6), there);
    // Compaction left no 0@7: nothing is missing there.
    expect(redrive.prefixes().get(0)).toBe(9n);
    expect(redrive.beyondGaps()).toBe(1);
    expect(redrive.beyondGaps(new Set(['1@2']))).toBe(0);
  });

  it('ends before one that failed or is unknown', () => {
    const redrive = listOf([0, 5], [0, 6]);
    redrive.setResult(message(0, 5), {status: 'unknown', reason: 'no answer'});
    redrive.setResult(message(0, 6), there);
    expect(redrive.prefixes().get(0)).toBe(5n);
    expect(redrive.beyondGaps()).toBe(1);
  });

  it('says nothing of a message of another time at the same place, as of a topic that was made again', () => {
    const redrive = listOf([0, 5]);
    redrive.setResult(message(0, 5), there);
    expect(redrive.resultOf({...message(0, 5), timestamp: 77})).toEqual({status: 'waiting'});
  });
});

describe('a dead letter', () => {
  const number = (value: bigint, bytes: number) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64BE(value);
    return buffer.subarray(8 - bytes);
  };

  it('tells where it came from and why, safe to show', () => {
    const letter: Message = {
      ...message(0, 7),
      headers: headersOf(
        ['kafka_dlt-original-partition', number(2n, 4)],
        ['kafka_dlt-original-offset', number(113n, 8)],
        ['kafka_dlt-exception-fqcn', 'TypeError'],
        ['kafka_dlt-exception-message', 'no \u001b[2J recipient'],
      ),
    };
    expect(deadLetterOf(letter)).toMatchObject({origin: '2@113', error: 'TypeError: no ␛[2J recipient'});
    expect(deadLetterOf(message(0, 7))).toMatchObject({origin: null, error: ''});
  });

  it('is failed where it is proved not to be there, else unknown', () => {
    expect(resultOfFailure({name: 'failed', message: 'too large', permanent: true})).toEqual({
      status: 'failed',
      reason: 'too large',
    });
    expect(resultOfFailure({name: 'unknown', message: 'no answer', permanent: true}).status).toBe('unknown');
  });
});
