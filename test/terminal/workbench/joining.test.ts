import {describe, expect, it, onTestFinished} from 'vitest';
import {startBroker} from '../../../source/broker/index.ts';
import {createClient} from '../../../source/kafka/client.ts';
import {type BrokerUnderTest, describeOnBrokers} from '../../contract/support/brokers.ts';
import {run} from '../../support/program.ts';
import {handlerFile, missingTopic, open} from '../support/stories.ts';
import {Terminal} from '../support/terminal.ts';

const patience = {timeout: 20_000, interval: 100};
const question = "? another's group";

describeOnBrokers("another program's group on the screen", broker => {
  it('without processing code of your own is only looked at: the built-in check would send nothing', async () => {
    const {topic, group} = await mailed(broker);
    const {terminal} = open(broker, topic, [], {group});
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor(question);
    await terminal.waitFor('its offsets were committed by another program');
    await terminal.waitFor('would mark 51 messages as processed that nobody sent');
    expect(terminal.screen().join('\n')).not.toContain('J  join');
    terminal.press('J');
    await terminal.waitFor('The built-in check sends nothing: to join, start with');
    terminal.press('S');
    await terminal.waitFor('SEARCH');
    terminal.press('enter');
    await terminal.waitFor(/searched 60 of 60|60 found/);
    terminal.press('q');
    await terminal.waitFor(question);
    terminal.press('esc');
    await terminal.waitFor('x starts the consumer.');
    expect(await broker.committed(group, topic)).toEqual(['9']);
    expect(await membersOf(broker, group)).toEqual([]);
  });

  it('is joined by J with code of your own, and asked about again only when others have come since', async () => {
    const {topic, group} = await mailed(broker);
    const handler = handlerFile('export function processMessage() {}');
    const {terminal} = open(broker, topic, ['--handler', handler.path], {group});
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('Joining would count 51 messages as processed.');
    expect(await membersOf(broker, group)).toEqual([]);
    terminal.press('J');
    await terminal.waitFor('✓ 51 ');
    await terminal.waitFor(/lag 0/);
    await expect.poll(() => broker.committed(group, topic), patience).toEqual(['60']);

    // Going back restarts the consumer within the program, and does not ask.
    terminal.press('B');
    await terminal.waitFor('60 messages come again');
    terminal.press('enter');
    await terminal.waitFor('✓ 111 ');
    terminal.press('x');
    await terminal.waitFor('○ stopped');
    terminal.press('x');
    await terminal.waitFor('● running');
    terminal.press('x');
    await terminal.waitFor('○ stopped');

    const member = await mailService(broker, group, topic);
    terminal.press('x');
    await terminal.waitFor('1 member that is not kafka-notify is in it');
    await terminal.waitFor('mail-service on');
    terminal.press('esc');
    await terminal.waitFor('○ stopped');
    await broker.produce(topic, [{partition: 0, value: '{"type":"late"}'}]);
    await member.commit('61');
    await member.leave();
    terminal.press('x');
    await terminal.waitFor('its offsets were committed by another program');
    await terminal.waitFor('Joining would count every new message as processed.');
    expect(await broker.committed(group, topic)).toEqual(['61']);
  });

  it('is joined without a question where that was said at the start', async () => {
    const {topic, group} = await mailed(broker);
    const {terminal} = open(broker, topic, ['--join-foreign-group'], {group});
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('✓ 51 ');
    await expect.poll(() => broker.committed(group, topic), patience).toEqual(['60']);
  });

  it('is not joined by itself when the topic is created here', async () => {
    const topic = missingTopic();
    const group = `mailer-${topic.slice(-6)}`;
    await mailService(broker, group, await broker.freshTopic({partitions: 1}));
    const {terminal} = open(broker, topic, ['--partitions', '1'], {group});
    await terminal.waitFor('Enter creates it.');
    terminal.press('enter');
    await terminal.waitFor('Consuming has not started: the consumer pane (4) says why, and asks.');
    await terminal.waitFor(question);
    await terminal.waitFor('would mark every new message as processed that nobody sent');
    expect(await membersOf(broker, group)).toEqual(['mail-service']);
  });

  it('stands beyond the end in the topic pane, before it is joined and while its position is lost', async () => {
    const {topic, group} = await mailed(broker, '150');
    const {terminal} = open(broker, topic, ['--join-foreign-group'], {group});
    await terminal.waitFor(/ 60 +– +150 +-90 +✗ beyond the end by 90/);
    await terminal.waitFor(/lag -90 /);
    terminal.press('x');
    await terminal.waitFor('✗ position lost: 150 is beyond the end 60 by 90');
    await terminal.waitFor(/ 60 +– +150 +-90 +✗ position lost/);
    expect(terminal.screen().join('\n')).not.toContain('lag 0');
  });
});

describe('a group that cannot be looked at, on the screen', () => {
  it('is not joined: it is said, and looked at again when asked to', async () => {
    const broker = await startBroker();
    onTestFinished(() => broker.stop());
    const takeBack = broker.faults.add(
      {api: 'DescribeGroups', times: Infinity},
      {error: 'COORDINATOR_NOT_AVAILABLE'},
    );
    const args = ['--brokers', broker.bootstrap, '--topic', 'notifications', '--group', 'mailer'];
    const terminal = new Terminal(args);
    await terminal.waitFor('Enter creates it.');
    terminal.press('enter', '4');
    await terminal.waitFor('✗ not joined');
    await terminal.waitFor("Whether group mailer is another program's could not be seen:");
    await terminal.waitFor('Nothing was joined. x looks again, Esc leaves it.');
    takeBack();
    terminal.press('x');
    await terminal.waitFor('● running');
  });
});

/** Sixty messages in one partition, of which a mail service has committed nine. */
async function mailed(broker: BrokerUnderTest, committed = '9'): Promise<{topic: string; group: string}> {
  const topic = await broker.freshTopic({partitions: 1});
  const group = `mailer-${topic.slice(-6)}`;
  const publish = ['publish', '--brokers', broker.bootstrap(), '--topic', topic, '--lines'];
  const values = Array.from({length: 60}, (_, at) => `{"type":"email.send","n":${at}}`);
  expect((await run(publish, {stdin: values.join('\n')})).code).toBe(0);
  const partitions = [{partition: 0, offset: committed}];
  await broker.admin().setOffsets({groupId: group, topic, partitions});
  return {topic, group};
}

/** A member by KafkaJS's own consumer that reads nothing and commits what it is told. */
async function mailService(broker: BrokerUnderTest, group: string, topic: string) {
  const {kafka} = createClient({brokers: broker.bootstrap().split(','), clientId: 'mail-service'});
  const consumer = kafka.consumer({groupId: group, maxWaitTimeInMs: 250});
  onTestFinished(() => consumer.disconnect());
  let met = false;
  consumer.on(consumer.events.GROUP_JOIN, ({payload}) => {
    met = true;
    for (const [name, partitions] of Object.entries(payload.memberAssignment))
      consumer.pause([{topic: name, partitions}]);
  });
  await consumer.connect();
  await consumer.subscribe({topics: [topic], fromBeginning: true});
  await consumer.run({autoCommit: false, eachMessage: async () => {}});
  await expect.poll(() => met, patience).toBe(true);
  return {
    commit: (offset: string) => consumer.commitOffsets([{topic, partition: 0, offset}]),
    leave: () => consumer.disconnect(),
  };
}

/** Client ids of the group's members. */
async function membersOf(broker: BrokerUnderTest, group: string): Promise<string[]> {
  const {groups} = await broker.admin().describeGroups([group]);
  return groups[0]!.members.map(({clientId}) => clientId);
}
