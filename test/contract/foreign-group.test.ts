import {spawn} from 'node:child_process';
import {type Consumer, logLevel} from 'kafkajs';
import {describe, expect, it, onTestFinished} from 'vitest';
import {startBroker} from '../../source/broker/index.ts';
import {createClient} from '../../source/kafka/client.ts';
import {toldByConsumerGroups} from '../kafka/consumer-groups.ts';
import {apacheTools, confluentKafka} from '../kafka/requirements.ts';
import {positions, run} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';

/** Joins by the newer protocol, reads nothing, and stays. */
const newerMember = `
import sys
from confluent_kafka import Consumer
brokers, group, topic = sys.argv[1:]
consumer = Consumer({"bootstrap.servers": brokers, "group.id": group, "group.protocol": "consumer", "enable.auto.commit": False})
def assigned(_, partitions):
    print("assigned", len(partitions), flush=True)
    consumer.pause(partitions)
consumer.subscribe([topic], on_assign=assigned)
while True:
    consumer.poll(0.1)
`;
const patience = {timeout: 30_000, interval: 100};

describeOnBrokers("a group that is another program's", broker => {
  const consume = (topic: string, group: string, ...more: string[]) =>
    run(['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group, ...more]);

  it('is not joined while another program is in it: who, how much, and nothing has changed', async () => {
    const {topic, group} = await mailerTopic(broker);
    const member = await mailer(broker, group, topic);
    await member.commit([{partition: 0, offset: '9'}]);
    const before = await stateOf(broker, group, topic);
    const told = await toldByApache(broker, group, topic);

    const {code, lines, stderr} = await consume(topic, group, '--from', 'beginning', '--until-end');
    expect(code).toBe(2);
    expect(lines).toEqual([]);
    expect(stderr).toContain(`Group ${group} is another program's`);
    expect(stderr).toMatch(/1 member that is not kafka-notify is in it: mail-service on \S*127\.0\.0\.1\)/);
    expect(stderr).toContain(`51 messages on ${topic}`);
    expect(stderr).toContain('--join-foreign-group');

    expect(await stateOf(broker, group, topic)).toEqual(before);
    expect(before.members).toEqual(['mail-service']);
    expect(await toldByApache(broker, group, topic)).toEqual(told);
    // A member that came and went would have made the group meet again.
    expect(member.meetings()).toBe(1);
  });

  it('is not joined for its commits alone; by the flag it is, and then it is ours', async () => {
    const {topic, group} = await mailerTopic(broker);
    const member = await mailer(broker, group, topic);
    await member.commit([
      {partition: 0, offset: '9'},
      {partition: 1, offset: '10'},
    ]);
    await member.leave();
    const refused = await consume(topic, group, '--until-end');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('its offsets were committed by another program');
    expect(refused.stderr).toContain('count 41 messages');
    expect(await broker.committed(group, topic)).toEqual(['9', '10']);

    const joined = await consume(topic, group, '--until-end', '--join-foreign-group');
    expect(joined.code).toBe(0);
    expect(positions(joined.lines, 'processed')).toHaveLength(41);
    expect(await broker.committed(group, topic)).toEqual(['30', '30']);
    const again = await consume(topic, group, '--until-end');
    expect([again.code, again.stderr.includes("another program's")]).toEqual([0, false]);
  });

  it('stays theirs when it is rewound: what they keep beside their commits is kept', async () => {
    const {topic, group} = await mailerTopic(broker);
    const member = await mailer(broker, group, topic);
    await member.commit([{partition: 0, offset: '9', metadata: 'batch 7'}]);
    await member.leave();
    const rewind = (name: string) =>
      run([
        ...['rewind', '--brokers', broker.bootstrap(), '--topic', topic, '--group', name],
        ...['--to', 'beginning', '--yes'],
      ]);
    expect((await rewind(group)).code).toBe(0);
    const {commits} = await stateOf(broker, group, topic);
    expect(commits[0]).toEqual(['0', 'batch 7']);
    // The partition without a commit was moved too, and is not marked as ours.
    expect(commits[1]![0]).toBe('0');
    expect(commits[1]![1]).toBeFalsy();
    expect((await consume(topic, group, '--until-end')).code).toBe(2);

    const own = `own-${topic}`;
    expect((await consume(topic, own, '--from', 'beginning', '--until-end')).code).toBe(0);
    expect((await rewind(own)).code).toBe(0);
    const ours = await stateOf(broker, own, topic);
    expect(ours.commits.map(([offset]) => offset)).toEqual(['0', '0']);
    for (const [, metadata] of ours.commits)
      expect(metadata).toMatch(/^kafka-notify topic [0-9a-f]{32} of 2$/);
    expect((await consume(topic, own, '--until-end')).code).toBe(0);
  });

  it('is not joined where it is of the newer protocol, whose members nobody tells in the old words', async context => {
    if (broker.kind === 'embedded') context.skip('the embedded broker serves only the older protocol');
    const confluent = confluentKafka();
    if ('reason' in confluent) return context.skip(confluent.reason);
    const {topic, group} = await mailerTopic(broker);
    const child = spawn(confluent.python, ['-c', newerMember, broker.bootstrap(), group, topic]);
    onTestFinished(() => void child.kill('SIGKILL'));
    let printed = '';
    child.stdout.on('data', data => {
      printed += data;
    });
    await expect.poll(() => printed, patience).toContain('assigned 2');
    const {code, stderr} = await consume(topic, group, '--from', 'beginning', '--until-end');
    expect(code).toBe(2);
    expect(stderr).toContain('a protocol whose members cannot be told here (KIP-848)');
    expect(stderr).toContain('60 messages');
    expect(await broker.committed(group, topic)).toEqual(['-1', '-1']);
  });

  it('is not redriven by: not its commits, and not without the flag', async () => {
    const {topic, group} = await mailerTopic(broker);
    const letters = `${topic}-dlt`;
    await broker.admin().createTopics({topics: [{topic: letters, numPartitions: 1}], waitForLeaders: false});
    await expect
      .poll(
        () =>
          broker.produce(letters, [{value: '{}'}, {value: '{}'}]).then(
            () => true,
            () => false,
          ),
        patience,
      )
      .toBe(true);
    const member = await mailer(broker, group, letters);
    await member.commit([{partition: 0, offset: '1'}]);
    await member.leave();
    const redrive = (...more: string[]) =>
      run(['redrive', '--brokers', broker.bootstrap(), '--topic', letters, '--group', group, ...more]);
    const refused = await redrive();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("another program's");
    expect(await broker.committed(group, letters)).toEqual(['1']);
    expect((await redrive('--join-foreign-group')).code).toBe(0);
    expect(await broker.committed(group, letters)).toEqual(['2']);
  });
});

describe('a group that cannot be looked at', () => {
  it.each([
    ['refuses to tell', 'TOPIC_AUTHORIZATION_FAILED'],
    ['never gets ready to tell', 'COORDINATOR_LOAD_IN_PROGRESS'],
  ] as const)('is not taken for free: the broker %s, and nothing is joined', async (_, error) => {
    const {admin, consume, faults} = await misbehaving();
    faults.add({api: 'OffsetFetch', times: Infinity}, {error});
    const {code, stderr} = await consume();
    expect(code).toBe(1);
    expect(stderr).toContain("Whether group mailer is another program's could not be seen");
    expect((await admin.listGroups()).groups).toEqual([]);
  });

  it('is not taken for free: an answer that names no group at all', async () => {
    const {admin, consume, faults} = await misbehaving();
    faults.add({api: 'DescribeGroups', times: Infinity}, {error: 'COORDINATOR_NOT_AVAILABLE'});
    const {code, stderr} = await consume();
    expect(code).toBe(1);
    expect(stderr).toContain('The broker did not say who is in group mailer');
    expect((await admin.listGroups()).groups).toEqual([]);
  });

  it('is looked at again where the broker gets ready after a moment', async () => {
    const {consume, faults} = await misbehaving();
    faults.add({api: 'OffsetFetch', times: 3}, {error: 'COORDINATOR_LOAD_IN_PROGRESS'});
    expect((await consume()).code).toBe(0);
  });

  async function misbehaving() {
    const embedded = await startBroker();
    onTestFinished(() => embedded.stop());
    const admin = createClient({brokers: [embedded.bootstrap], clientId: 'story'}).kafka.admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    await admin.createTopics({topics: [{topic: 'notifications', numPartitions: 1}], waitForLeaders: true});
    const args = ['--brokers', embedded.bootstrap, '--topic', 'notifications', '--group', 'mailer'];
    const consume = () => run(['consume', ...args, '--from', 'beginning', '--until-end']);
    return {admin, consume, faults: embedded.faults};
  }
});

/** Sixty messages on two partitions. */
async function mailerTopic(broker: BrokerUnderTest): Promise<{topic: string; group: string}> {
  const topic = await broker.freshTopic({partitions: 2});
  await broker.produce(
    topic,
    Array.from({length: 60}, (_, at) => ({partition: at % 2, value: `{"type":"email.send","n":${at}}`})),
  );
  return {topic, group: `mailer-${topic}`};
}

/** A member by KafkaJS's own consumer that reads nothing and commits what it is told. */
async function mailer(broker: BrokerUnderTest, group: string, topic: string) {
  const {kafka} = createClient({brokers: broker.bootstrap().split(','), clientId: 'mail-service'});
  const consumer: Consumer = kafka.consumer({groupId: group, maxWaitTimeInMs: 250});
  consumer.logger().setLogLevel(logLevel.NOTHING);
  onTestFinished(() => consumer.disconnect());
  let meetings = 0;
  consumer.on(consumer.events.GROUP_JOIN, ({payload}) => {
    meetings++;
    for (const [name, partitions] of Object.entries(payload.memberAssignment))
      consumer.pause([{topic: name, partitions}]);
  });
  await consumer.connect();
  await consumer.subscribe({topics: [topic], fromBeginning: true});
  await consumer.run({autoCommit: false, eachMessage: async () => {}});
  await expect.poll(() => meetings, patience).toBe(1);
  return {
    meetings: () => meetings,
    commit: (offsets: readonly {partition: number; offset: string; metadata?: string}[]) =>
      consumer.commitOffsets(offsets.map(each => ({topic, ...each}))),
    leave: () => consumer.disconnect(),
  };
}

/** Members, state and commits with what is kept beside them, as KafkaJS's admin tells. */
async function stateOf(broker: BrokerUnderTest, group: string, topic: string) {
  const admin = broker.admin();
  const {groups} = await admin.describeGroups([group]);
  const [found] = await admin.fetchOffsets({groupId: group, topics: [topic]});
  const commits = found!.partitions.toSorted((left, right) => left.partition - right.partition);
  return {
    state: groups[0]!.state,
    members: groups[0]!.members.map(({clientId}) => clientId),
    memberIds: groups[0]!.members.map(({memberId}) => memberId),
    commits: commits.map(({offset, metadata}) => [offset, metadata] as const),
  };
}

/** The same commits as Apache's own tool tells them; null where there is none of it. */
async function toldByApache(
  broker: BrokerUnderTest,
  group: string,
  topic: string,
): Promise<readonly string[] | null> {
  return apacheTools().available ? toldByConsumerGroups(broker.bootstrap(), group, topic) : null;
}
