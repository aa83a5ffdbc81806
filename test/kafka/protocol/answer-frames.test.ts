import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {AnswerFrames, type Expected, largestFetch} from '../../../source/kafka/protocol/answer-frames.ts';
import {MalformedAnswer} from '../../../source/kafka/protocol/reader.ts';
import {answer, claim} from '../../contract/support/stranger.ts';
import {cpuTime} from '../../support/cpu-time.ts';

const all: Expected = {isToken: () => false, largest: () => largestFetch};

function takeAll(frames: AnswerFrames, pieces: readonly Buffer[]) {
  return pieces
    .flatMap(piece => [...frames.take(piece)])
    .map(({correlationId, payload}) => [correlationId, payload.toString('hex')]);
}

describe('the frames of answers', () => {
  it('are the same, however the bytes are cut', () => {
    const answers = fc.array(fc.tuple(fc.nat(100), fc.uint8Array({maxLength: 40})), {maxLength: 8});
    fc.assert(
      fc.property(answers, fc.array(fc.integer({min: 1, max: 20})), (sent, cuts) => {
        const bytes = Buffer.concat(
          sent.map(([correlationId, body]) => answer({correlationId}, Buffer.from(body))),
        );
        const found = takeAll(new AnswerFrames(all), cutInto(bytes, cuts));
        expect(found).toEqual(sent.map(([id, body]) => [id, Buffer.from(body).toString('hex')]));
      }),
    );
  });

  it.each([-2_147_483_648, -1, 0, 3, largestFetch + 1, 2_147_483_647])(
    'of %i bytes are refused when their length is there, and before anything else is',
    length => {
      expect(() => takeAll(new AnswerFrames(all), [claim(length)])).toThrow(MalformedAnswer);
    },
  );

  it('may be as large as their request lets them be', () => {
    const frames = () => new AnswerFrames({...all, largest: number => (number === 1 ? 100 : 10)});
    const large = (correlationId: number) => answer({correlationId}, Buffer.alloc(50));
    expect(takeAll(frames(), [large(1)])).toHaveLength(1);
    expect(() => takeAll(frames(), [large(2)])).toThrow('54 bytes, of which 10 are the most');
  });

  it('are passed where nobody waits for them any more, and refused where nobody asked', () => {
    const largest = (number: number) => (number === 1 ? 'dropped' : number === 2 ? 100 : null);
    const frames = () => new AnswerFrames({...all, largest});
    const late = answer({correlationId: 1}, Buffer.alloc(1000));
    const next = answer({correlationId: 2}, Buffer.from([7]));
    expect(takeAll(frames(), [late.subarray(0, 100), Buffer.concat([late.subarray(100), next])])).toEqual([
      [2, '07'],
    ]);
    expect(() => takeAll(frames(), [answer({correlationId: 3}, Buffer.alloc(1))])).toThrow('not sent');
  });

  it('of SASL have no number', () => {
    const frames = new AnswerFrames({...all, isToken: () => true});
    expect(takeAll(frames, [claim(0), claim(2, Buffer.from([1, 2]))])).toEqual([
      [null, ''],
      [null, '0102'],
    ]);
    expect(() => takeAll(frames, [claim(-1)])).toThrow(MalformedAnswer);
  });

  it('cost what they have, however many pieces they come in', () => {
    const size = 64 * 1024 * 1024;
    const frames = new AnswerFrames(all);
    const piece = Buffer.alloc(16 * 1024);
    const began = cpuTime();
    takeAll(frames, [claim(size, Buffer.alloc(4))]);
    const found = [];
    for (let sent = 0; sent < size - 4; sent += piece.length)
      found.push(...frames.take(piece.subarray(0, Math.min(piece.length, size - 4 - sent))));
    expect(found.map(({payload}) => payload.length)).toEqual([size - 4]);
    // Joined again at each piece, it takes many seconds.
    expect(cpuTime() - began).toBeLessThan(1000);
  });
});

/** Pieces of these sizes, again and again; whole where there are none. */
function cutInto(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieces.at(-1)!.length)
    pieces.push(bytes.subarray(at, at + (sizes[pieces.length % sizes.length] ?? bytes.length)));
  return pieces;
}
