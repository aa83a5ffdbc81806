import {describe, expect, it} from 'vitest';
import {
  passOverSettled,
  type RunParts,
  redriveHandler,
  summaryOf,
} from '../../../source/commands/open/redrive-run.ts';
import type {Delivery, DeliveryState, Draft, Publisher} from '../../../source/flow/delivery.ts';
import {Redrive} from '../../../source/session/redrive.ts';
import {message} from '../../flow/support/messages.ts';

const acknowledged: DeliveryState = {
  status: 'acknowledged',
  partition: 0,
  offset: 9n,
  timestamp: 0,
  latencyMs: 1,
};
const unknown: DeliveryState = {status: 'unknown', reason: 'no answer within 30 s'};
const {signal} = new AbortController();

/** Publishes with these answers in turn; `late` tells a later one. */
function desk(...answers: DeliveryState[]) {
  const sent: Draft[] = [];
  let late: (state: DeliveryState) => void = () => {};
  const publisher: Publisher = {
    async publish(draft, changed) {
      sent.push(draft);
      const tell = (state: DeliveryState): Delivery => ({id: sent.length, draft, sentAt: 0, state});
      late = state => changed?.(tell(state));
      changed?.(tell({status: 'pending'}));
      const answer = tell(answers.shift()!);
      changed?.(answer);
      return answer;
    },
    publishAll: async () => [],
    close: async () => {},
  };
  const redrive = new Redrive({topic: 'n-dlt', to: 'n', group: 'g'}, () => {});
  const handler = passOverSettled(
    redriveHandler({redrive, publisher, rate: null} as unknown as RunParts),
    redrive,
  );
  const run = async (...offsets: number[]) =>
    handler.handle({
      messages: offsets.map(offset => message(0, offset)),
      attempt: 1,
      signal,
      highWatermark: null,
    });
  return {redrive, sent, run, late: (state: DeliveryState) => late(state)};
}

describe('a redrive', () => {
  it('publishes each once, and passes over what was redriven from here before', async () => {
    const {redrive, sent, run} = desk(acknowledged, acknowledged);
    await run(1);
    expect(redrive.resultOf(message(0, 1))).toEqual({status: 'redriven', where: 'n 0@9'});
    const outcomes = await run(1, 2);
    expect(outcomes.map(({status}) => status)).toEqual(['processed', 'processed']);
    expect(sent).toHaveLength(2);
  });

  it('never sends one again by itself that may be there, nor what is behind it', async () => {
    const {redrive, sent, run} = desk(unknown);
    expect((await run(1, 2)).map(({status}) => status)).toEqual(['failed']);
    expect(redrive.resultOf(message(0, 1))).toEqual({status: 'unknown', reason: 'no answer within 30 s'});
    const [again] = await run(1, 2);
    expect(again).toMatchObject({status: 'failed', failure: {name: 'unknown', permanent: true}});
    expect(sent).toHaveLength(1);
  });

  it('believes an answer that comes late, and goes on behind it', async () => {
    const {redrive, sent, run, late} = desk(unknown, acknowledged);
    await run(1, 2);
    late(acknowledged);
    expect(redrive.resultOf(message(0, 1)).status).toBe('redriven');
    expect(await run(1, 2)).toHaveLength(2);
    expect(sent).toHaveLength(2);
  });

  it('says in the end what became of all', () => {
    const none = {redriven: 0, before: 0, failed: 0, unknown: 0};
    expect(summaryOf('n', 3, {...none, redriven: 3})).toEqual({level: 'info', text: 'Redriven 3 of 3 to n.'});
    expect(summaryOf('n', 6, {redriven: 2, before: 1, failed: 1, unknown: 1}, ' behind that')).toEqual({
      level: 'warning',
      text: 'Redriven 2 of 6 to n, 1 passed over as redriven before; 1 failed, 1 unknown: it may be there, and is not sent again by itself, 1 not sent behind that.',
    });
  });
});
