import {expect, it} from 'vitest';
import {handlerFile} from '../handlers/support/runs.ts';
import {positions, run} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';

const refusing = handlerFile(`class Refused extends Error { permanent = true; }
export function processMessage({value}) { if (value.bad) throw new Refused('not today'); }`);

describeOnBrokers('redrive', broker => {
  const deadLetters = async () => {
    const topic = await broker.freshTopic({partitions: 2});
    await broker.produce(topic, [
      {partition: 0, key: 'a', value: '{"bad": 1.10}', headers: {ce_id: 'n-1', tag: ['x', 'y']}},
      {partition: 1, key: 'b', value: '{}'},
      {partition: 1, key: 'c', value: '{"bad": 9007199254740993}'},
    ]);
    const {code} = await run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `g-${topic}`],
      ...['--from', 'beginning', '--until-end', '--on-failure', 'dead-letter', '--handler', refusing],
    ]);
    expect(code).toBe(1);
    return topic;
  };
  const redrive = (topic: string, ...more: string[]) =>
    run(['redrive', '--brokers', broker.bootstrap(), '--topic', topic, ...more]);

  it('publishes each dead letter to its origin once: same partition, key, bytes and own headers', async () => {
    const topic = await deadLetters();
    const counted = await redrive(`${topic}-dlt`, '--count');
    expect(counted.code).toBe(0);
    expect(counted.stderr).toContain(`2 offsets of ${topic}-dlt`);
    expect(counted.lines).toEqual([]);

    const first = await redrive(`${topic}-dlt`);
    expect(first.code).toBe(0);
    const notes = first.lines.filter(line => line.status === 'processed').map(line => line.note);
    expect(notes.sort()).toEqual([`${topic} 0@1`, `${topic} 1@2`]);

    const back = await run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `look-${topic}`],
      ...['--from', 'beginning', '--until-end', '--with-value'],
    ]);
    const found = back.lines.filter(line => line.status === 'processed');
    expect(positions(found, 'processed').sort()).toEqual(['0@0', '0@1', '1@0', '1@1', '1@2']);
    expect(found.find(line => line.offset === '1' && line.partition === 0)).toMatchObject({
      key: 'a',
      value: '{"bad": 1.10}',
    });

    const second = await redrive(`${topic}-dlt`);
    expect(second.code).toBe(0);
    expect(second.lines).toEqual([]);
    expect(second.stderr).toContain('0 offsets');
  });

  it('stops after --max and goes on there the next time', async () => {
    const topic = await deadLetters();
    const first = await redrive(`${topic}-dlt`, '--max', '1');
    expect(first.lines.filter(line => line.status === 'processed')).toHaveLength(1);
    const second = await redrive(`${topic}-dlt`, '--rate', '100');
    expect(second.lines.filter(line => line.status === 'processed')).toHaveLength(1);
    expect(second.code).toBe(0);
  });

  it('refuses a topic that is no dead-letter topic, and says when there are no dead letters', async () => {
    const topic = await broker.freshTopic();
    const wrong = await redrive(topic);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--to says where');
    const none = await redrive(`${topic}-dlt`);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('no dead letters');
  });
});
