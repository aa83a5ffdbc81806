import {randomUUID} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {metadata} from '../../source/broker/messages/cluster.ts';
import {judgedBroker} from './judges/support/judged-broker.ts';
import {ask} from './support/ask.ts';

const unknown = 3;
const invalid = 17;

describe('kafka-notify broker --auto-create', () => {
  const broker = judgedBroker(['--auto-create']);

  it('makes a topic that a client asks for and may have made', async () => {
    const topic = `wanted-${randomUUID()}`;
    expect(await asked(broker.bootstrap(), [topic], false)).toEqual([[topic, unknown, 0]]);
    expect(await asked(broker.bootstrap(), [topic], true)).toEqual([[topic, 0, 1]]);
    expect(await broker.admin().listTopics()).toContain(topic);
  });

  it('makes it also for versions that cannot say whether it may', async () => {
    const topic = `wanted-${randomUUID()}`;
    const {topics} = await ask(broker.bootstrap(), metadata, 3, {topics: [{name: topic}]});
    expect(topics.map(({name, errorCode}) => [name, errorCode])).toEqual([[topic, 0]]);
  });

  it('makes none with a name that is none, or that collides', async () => {
    const topic = `a_b-${randomUUID()}`;
    await asked(broker.bootstrap(), [topic], true);
    const collides = topic.replace('_', '.');
    expect(await asked(broker.bootstrap(), ['a b', collides], true)).toEqual([
      ['a b', invalid, 0],
      [collides, invalid, 0],
    ]);
  });

  it('asking for all topics makes none, and a producer of KafkaJS gets its topic', async () => {
    const {topics} = await ask(broker.bootstrap(), metadata, 9, {topics: null});
    expect(topics.every(({errorCode}) => errorCode === 0)).toBe(true);
    const topic = `wanted-${randomUUID()}`;
    await asked(broker.bootstrap(), [topic], true);
    const [sent] = await broker.producer().send({topic, messages: [{value: 'first'}]});
    expect(sent).toMatchObject({errorCode: 0, baseOffset: '0'});
  });
});

describe('kafka-notify broker without --auto-create', () => {
  const broker = judgedBroker();

  it('makes nothing that nobody created', async () => {
    const topic = `wanted-${randomUUID()}`;
    expect(await asked(broker.bootstrap(), [topic], true)).toEqual([[topic, unknown, 0]]);
    expect(await broker.admin().listTopics()).not.toContain(topic);
  });
});

async function asked(bootstrap: string, names: readonly string[], allowAutoTopicCreation: boolean) {
  const topics = names.map(name => ({name}));
  const answer = await ask(bootstrap, metadata, 9, {topics, allowAutoTopicCreation});
  return answer.topics.map(({name, errorCode, partitions}) => [name, errorCode, partitions.length]);
}
