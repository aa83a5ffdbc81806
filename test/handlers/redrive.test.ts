import {expect, it} from 'vitest';
import type {Delivery, DeliveryState, Draft, Publisher} from '../../source/flow/delivery.ts';
import type {Message} from '../../source/flow/message.ts';
import {createRedriveHandler} from '../../source/handlers/redrive/redrive-handler.ts';
import {headersOf} from '../flow/support/headers.ts';

const partition = Buffer.alloc(4);
partition.writeInt32BE(2);

const deadLetter: Message = {
  topic: 'n-dlt',
  partition: 0,
  offset: 7n,
  timestamp: 0,
  timestampType: 'create-time',
  key: Buffer.from('u-17'),
  value: Buffer.from('{"n": 1.10}'),
  headers: headersOf(
    ['ce_id', 'n-1'],
    ['tag', 'x'],
    ['kafka_dlt-original-partition', partition],
    ['tag', null],
    ['kafka_dlt-exception-message', 'no'],
  ),
};

function answering(state: DeliveryState): {publisher: Publisher; sent: Draft[]} {
  const sent: Draft[] = [];
  const publish = async (draft: Draft): Promise<Delivery> => {
    sent.push(draft);
    return {id: sent.length, draft, sentAt: 0, state};
  };
  return {
    sent,
    publisher: {publish, publishAll: drafts => Promise.all(drafts.map(publish)), close: async () => {}},
  };
}

function redrive(publisher: Publisher) {
  const {signal} = new AbortController();
  return createRedriveHandler({publisher, to: 'n', rate: null}).handle({
    messages: [deadLetter],
    attempt: 1,
    signal,
    highWatermark: null,
  });
}

it('sends key, bytes, partition and own headers back, without those of the dead letter', async () => {
  const {publisher, sent} = answering({
    status: 'acknowledged',
    partition: 2,
    offset: 9n,
    timestamp: 0,
    latencyMs: 1,
  });
  expect(await redrive(publisher)).toEqual([expect.objectContaining({status: 'processed', note: 'n 2@9'})]);
  expect(sent).toEqual([
    {
      topic: 'n',
      key: Buffer.from('u-17'),
      value: Buffer.from('{"n": 1.10}'),
      partition: 2,
      headers: [
        {name: 'ce_id', value: Buffer.from('n-1')},
        {name: 'tag', value: Buffer.from('x')},
        {name: 'tag', value: null},
      ],
    },
  ]);
});

it('tries again only what is proved not to be in the log', async () => {
  const failed = await redrive(answering({status: 'failed', reason: 'no leader', retryable: true}).publisher);
  expect(failed[0]).toMatchObject({status: 'failed', failure: {permanent: false}});
  const unknown = await redrive(answering({status: 'unknown', reason: 'no answer'}).publisher);
  expect(unknown[0]).toMatchObject({status: 'failed', failure: {name: 'unknown', permanent: true}});
});
