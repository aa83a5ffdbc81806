import {describe, expect, it} from 'vitest';
import {nextPlaceholders} from '../../../source/payload/placeholders.ts';
import {type BulkOrder, BulkSender} from '../../../source/session/bulk/bulk-sender.ts';
import {emptyDraft} from '../../../source/session/draft.ts';
import {Session} from '../../../source/session/session.ts';
import {ManualClock} from '../../flow/support/manual-clock.ts';
import {acknowledged, FakePublisher, failed} from './fake-publisher.ts';

const place = {topic: 'n', group: 'g', brokers: 'b', handler: 'h', embedded: false};

function desk(file = '') {
  const clock = new ManualClock();
  const session = new Session(place, clock);
  const publisher = new FakePublisher();
  publisher.answer = (_, at) => acknowledged(at);
  const lines: Record<string, unknown>[] = [];
  let seq = 0;
  const sender = new BulkSender({
    session,
    clock,
    publishAll: (drafts, changed) => publisher.publishAll(drafts, changed),
    openFile: () => [Buffer.from(file)],
    openResults: () => ({
      path: '/state/results.jsonl',
      write: line => void lines.push(JSON.parse(line)),
      close: () => null,
    }),
  });
  const order = (changes: Partial<BulkOrder> = {}): BulkOrder => ({
    draft: {...emptyDraft, value: '{"n": {{seq}}}', key: 'k', expands: true},
    times: 3,
    file: null,
    rate: null,
    nextValues: () => nextPlaceholders(++seq, 0),
    ...changes,
  });
  return {session, publisher, lines, sender, order};
}

describe('what is sent in bulk from the desk', () => {
  it('goes through the deliveries, gets a line of result each, and a summary', async () => {
    const {session, publisher, lines, sender, order} = desk();
    expect(await sender.start(order())).toBe(true);
    await settle();
    expect(publisher.values).toEqual(['{"n": 1}', '{"n": 2}', '{"n": 3}']);
    expect(session.deliveries.counts).toMatchObject({acknowledged: 3, pending: 0});
    expect(lines.map(({number, status, offset}) => [number, status, offset])).toEqual([
      [1, 'acknowledged', '0'],
      [2, 'acknowledged', '1'],
      [3, 'acknowledged', '2'],
      [undefined, 'done', undefined],
    ]);
    expect(JSON.stringify(lines)).not.toContain('\\"n\\"');
    expect(session.flash?.text).toBe('In bulk, 3 sent: 3 acknowledged.');
    expect(sender.isUnderway).toBe(false);
  });

  it('is refused as a whole where the draft, or any line, is no JSON', async () => {
    const {publisher, sender, order} = desk('{"a": 1}\n{"a":}\n');
    const draft = {...emptyDraft, value: '{'};
    expect(await sender.start(order({draft}))).toBe(false);
    expect(sender.state).toMatchObject({kind: 'refused', problems: [expect.stringContaining('value: 1:2')]});
    expect(await sender.start(order({draft, file: 'values.jsonl'}))).toBe(false);
    expect(sender.state).toMatchObject({kind: 'refused', problems: ['2:6 expected a value']});
    expect(publisher.sent).toEqual([]);
    // Raw it is not checked: the bytes are what is to be tried.
    expect(await sender.start(order({draft: {...draft, raw: true}, file: 'values.jsonl', times: 1}))).toBe(
      true,
    );
    await settle();
    expect(publisher.values).toEqual(['{"a": 1}', '{"a":}']);
  });

  it('tells each reason once in the log, and pauses where nothing is acknowledged', async () => {
    const {session, publisher, sender, order} = desk();
    publisher.answer = () => failed;
    await sender.start(order({times: 5_000}));
    await settle();
    expect(session.log.items.filter(({text}) => text.includes('no broker'))).toHaveLength(1);
    expect(sender.isUnderway).toBe(true);
    expect(sender.state).toMatchObject({run: {figures: {status: 'paused'}}});
    expect(await sender.start(order())).toBe(false);
    sender.cancel();
    await settle();
    expect(sender.isUnderway).toBe(false);
    expect(session.flash?.text).toMatch(/^Cancelled; of 5,000, [\d,]+ sent: 0 acknowledged, /);
  });
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20_000; turn++) await Promise.resolve();
}
