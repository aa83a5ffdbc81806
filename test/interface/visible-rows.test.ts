import {describe, expect, it} from 'vitest';
import type {Screen} from '../../source/interface/screen.ts';
import {filterProblem, visibleRows} from '../../source/interface/visible-rows.ts';
import {Session} from '../../source/session/session.ts';
import {ManualClock} from '../flow/support/manual-clock.ts';
import {message, topic} from '../flow/support/messages.ts';

describe('messages in view', () => {
  const session = new Session(
    {topic, group: 'g', brokers: 'b', handler: 'h', embedded: false},
    new ManualClock(),
  );
  const outcomes = [{status: 'processed', durationMs: 1}] as const;
  for (const offset of [7, 8]) {
    const messages = [message(1, offset)];
    session.takeEvent({type: 'handled', at: {topic, partition: 1}, attempt: 1, messages, outcomes});
  }
  session.touch();
  const seen = (filter: string) => {
    const screen = {filter} as Screen;
    return [visibleRows(session, screen).map(({offset}) => Number(offset)), filterProblem(screen)];
  };

  it('are found by position, and none are shown under a filter that means nothing, which is said', () => {
    expect(seen('1@8')).toEqual([[8], null]);
    expect(seen('offset:7')).toEqual([[7], null]);
    expect(seen('')).toEqual([[7, 8], null]);
    expect(seen('state:held')).toEqual([[], expect.stringContaining('A filter has no state:')]);
    expect(seen('status:processed')).toEqual([[7, 8], null]);
  });
});
