import {expect, it} from 'vitest';
import {GoingBack} from '../../source/commands/open/going-back.ts';
import {systemClock} from '../../source/flow/clock.ts';
import {Groups} from '../../source/kafka/groups.ts';
import {Topics} from '../../source/kafka/topics.ts';
import {Session} from '../../source/session/session.ts';
import {apacheTools} from '../kafka/requirements.ts';
import {kafkaTool} from '../kafka/start-kafka.ts';
import {positions, run, start} from '../support/program.ts';
import {describeOnBrokers} from './support/brokers.ts';

const each = 6;

describeOnBrokers('going back', broker => {
  const where = (topic: string) => [
    '--brokers',
    broker.bootstrap(),
    '--topic',
    topic,
    '--group',
    `g-${topic}`,
  ];
  const consume = (topic: string, ...more: string[]) => run(['consume', ...where(topic), ...more]);
  const rewind = (topic: string, ...more: string[]) => run(['rewind', ...where(topic), ...more]);
  const committed = (topic: string) => broker.committed(`g-${topic}`, topic);

  /** Two partitions of six messages, the first three an hour older, all processed and committed. */
  const processed = async () => {
    const topic = await broker.freshTopic({partitions: 2});
    const now = Date.now();
    for (let offset = 0; offset < each; offset++) {
      const timestamp = String(offset < 3 ? now - 3_600_000 : now);
      await broker.produce(
        topic,
        [0, 1].map(partition => ({partition, timestamp, value: `{"offset":${offset}}`})),
      );
    }
    const {code} = await consume(topic, '--from', 'beginning', '--until-end');
    expect(code).toBe(0);
    expect(await committed(topic)).toEqual(['6', '6']);
    return topic;
  };

  it('replays from an offset of one partition, and the other goes on where it is', async () => {
    const topic = await processed();
    await broker.produce(topic, [{partition: 0, value: '{}'}]);
    const {code, lines} = await consume(topic, '--from', '1@4', '--until-end');
    expect(code).toBe(0);
    expect(positions(lines, 'processed').sort()).toEqual(['0@6', '1@4', '1@5']);
    expect(positions(lines, 'committed')).toEqual(['0@7']);
    expect(await committed(topic)).toEqual(['7', '6']);
  });

  it('replays from an offset of each of several partitions, and stops without having lowered a commit', async () => {
    const topic = await processed();
    const {lines} = await consume(topic, '--from', '0@5', '--from', '1@1', '--max', '2');
    expect(positions(lines, 'processed').length).toBeGreaterThanOrEqual(2);
    expect(positions(lines, 'committed')).toEqual([]);
    expect(await committed(topic)).toEqual(['6', '6']);
  });

  it('replays from a time, for all partitions or for one', async () => {
    const topic = await processed();
    const all = await consume(topic, '--from', '30m', '--until-end');
    expect(positions(all.lines, 'processed').sort()).toEqual(['0@3', '0@4', '0@5', '1@3', '1@4', '1@5']);
    const one = await consume(topic, '--from', '30m', '--partition', '0', '--until-end');
    expect(positions(one.lines, 'processed')).toEqual(['0@3', '0@4', '0@5']);
    const none = await consume(topic, '--from', 'beginning', '--partition', '1', '--until-end');
    expect(positions(none.lines, 'processed')).toHaveLength(6);
    expect(await committed(topic)).toEqual(['6', '6']);
  });

  it('replays so many before the end, or from an offset of every partition; a rewind takes the same words', async () => {
    const topic = await processed();
    const latest = await consume(topic, '--from', 'end-2', '--until-end');
    expect(positions(latest.lines, 'processed').sort()).toEqual(['0@4', '0@5', '1@4', '1@5']);
    const five = await consume(topic, '--from', '5', '--until-end');
    expect(positions(five.lines, 'processed').sort()).toEqual(['0@5', '1@5']);
    expect(await committed(topic)).toEqual(['6', '6']);
    const counted = async (...to: string[]) =>
      (await rewind(topic, ...to, '--count')).lines.map(({partition, to: at}) => `${partition}@${at}`);
    expect(await counted('--to', 'end-2')).toEqual(['0@4', '1@4']);
    expect(await counted('--to', '1@2')).toEqual(['1@2']);
    expect(await counted('--to', '1@2', '--to', '0@6')).toEqual(['0@6', '1@2']);
  });

  it('does not pass what nobody processed: neither by an offset ahead, nor by a time', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const now = Date.now();
    const ages = [7_200_000, 7_200_000, 7_200_000, 0];
    for (const age of ages)
      await broker.produce(topic, [{partition: 0, timestamp: String(now - age), value: '{}'}]);
    await consume(topic, '--from', 'beginning', '--max', '1');
    const ahead = await consume(topic, '--from', '0@3', '--until-end');
    expect(ahead.code).toBe(2);
    expect(ahead.stderr).toContain('would commit past 2 messages');
    const {lines} = await consume(topic, '--from', '1h', '--until-end');
    expect(positions(lines, 'processed')).toEqual(['0@1', '0@2', '0@3']);
  });

  it('holds a replay from an offset that is not there', async () => {
    const topic = await processed();
    const {code, lines} = await consume(topic, '--from', '0@99', '--until-end');
    expect(code).toBe(1);
    expect(lines.find(line => line.status === 'position-lost')).toMatchObject({partition: 0, position: '99'});
    expect(await committed(topic)).toEqual(['6', '6']);
    const missing = await consume(topic, '--from', '7@0', '--until-end');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('has no partition 7');
  });

  it('rewinds: counts first, sets the commit when told so, and what was counted comes again', async () => {
    const topic = await processed();
    const counted = await rewind(topic, '--to', '2', '--partition', '1', '--count');
    expect(counted.code).toBe(0);
    expect(counted.stderr).toContain('4 messages come again');
    expect(counted.lines).toEqual([
      {
        status: 'counted',
        topic,
        group: `g-${topic}`,
        partition: 1,
        from: '6',
        to: '2',
        again: '4',
        passed: '0',
      },
    ]);
    const unsure = await rewind(topic, '--to', '2', '--partition', '1');
    expect(unsure.code).toBe(2);
    expect(unsure.stderr).toContain('Nothing is changed; --yes does it.');
    expect(await committed(topic)).toEqual(['6', '6']);

    const done = await rewind(topic, '--to', '2', '--partition', '1', '--yes');
    expect(done.code).toBe(0);
    expect(done.lines).toMatchObject([{status: 'rewound', partition: 1, from: '6', to: '2', again: '4'}]);
    expect(await committed(topic)).toEqual(['6', '2']);
    const again = await consume(topic, '--until-end');
    expect(positions(again.lines, 'processed')).toEqual(['1@2', '1@3', '1@4', '1@5']);
    expect(await committed(topic)).toEqual(['6', '6']);
  });

  it('rewinds to the beginning and to a time, and passes what nobody processed only when told so', async () => {
    const topic = await processed();
    await rewind(topic, '--to', 'beginning', '--yes');
    expect(await committed(topic)).toEqual(['0', '0']);
    const time = await rewind(topic, '--to', '30m', '--yes');
    expect(time.code).toBe(2);
    expect(time.stderr).toContain('6 messages');
    expect(await committed(topic)).toEqual(['0', '0']);
    expect((await rewind(topic, '--to', '30m', '--yes', '--skip-unprocessed')).code).toBe(0);
    expect(await committed(topic)).toEqual(['3', '3']);
    const outside = await rewind(topic, '--to', '7', '--yes');
    expect(outside.code).toBe(2);
    expect(outside.stderr).toContain('has no offset 7: it has 0 to 6');
  });

  it('refuses to rewind while somebody is in the group', async () => {
    const topic = await processed();
    const member = start(['consume', ...where(topic)]);
    await expect.poll(() => member.stderr()).toMatch(/In group .* with partitions/);
    const refused = await rewind(topic, '--to', 'beginning', '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('has 1 member (kafka-notify on ');
    expect(refused.lines).toEqual([]);
    member.child.kill('SIGTERM');
    await member.finished;
    expect(await committed(topic)).toEqual(['6', '6']);
    expect((await rewind(topic, '--to', 'beginning', '--yes')).code).toBe(0);
    expect(await committed(topic)).toEqual(['0', '0']);
  });

  it('tells of groups: who is in them, what is committed, how far behind', async () => {
    const topic = await processed();
    const group = `g-${topic}`;
    const groups = (...more: string[]) => run(['groups', '--brokers', broker.bootstrap(), ...more]);
    const unknown = await groups(`${group}-not`);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain(`There is no group ${group}-not`);

    const member = start(['consume', ...where(topic)]);
    await expect.poll(() => member.stderr()).toMatch(/In group .* with partitions/);
    const listed = await groups();
    expect(listed.lines).toContainEqual({
      status: 'group',
      group,
      state: 'Stable',
      protocol: 'range',
      members: 1,
    });
    const described = await groups(group, '--topic', topic);
    expect(described.lines[0]).toMatchObject({
      status: 'group',
      members: [{client: 'kafka-notify', partitions: {[topic]: [0, 1]}}],
    });
    member.child.kill('SIGTERM');
    await member.finished;

    await broker.produce(topic, [{partition: 1, value: '{}'}]);
    const left = await groups(group);
    expect(left.lines).toEqual([
      {status: 'group', group, state: 'Empty', protocol: null, members: []},
      {status: 'partition', group, topic, partition: 0, committed: '6', end: '6', lag: '0', member: null},
      {status: 'partition', group, topic, partition: 1, committed: '6', end: '7', lag: '1', member: null},
    ]);
  });

  it('shows a group of the newer protocol as what it is, with what it has committed', async context => {
    const possible = apacheTools();
    if (broker.kind === 'embedded') return context.skip('the embedded broker serves only the older protocol');
    if (!possible.available) return context.skip(possible.reason);
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: '{}'}, {value: '{}'}]);
    const group = `newer-${topic}`;
    const read = await kafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...['--bootstrap-server', broker.bootstrap(), '--topic', topic, '--group', group],
      ...['--from-beginning', '--max-messages', '2', '--command-property', 'group.protocol=consumer'],
    ]);
    expect(read.stdout).toContain('{}\n{}\n');
    const {code, lines} = await run(['groups', group, '--brokers', broker.bootstrap()]);
    expect(code).toBe(0);
    expect(lines[0]).toEqual({
      status: 'group',
      group,
      state: 'unknown protocol',
      protocol: null,
      members: null,
    });
    expect(lines[1]).toMatchObject({topic, partition: 0, committed: '2', end: '2', lag: '0'});
  }, 60_000);

  it('is counted at the act: what was processed while the person read the count is told too', async () => {
    const topic = await processed();
    const session = new Session(
      {topic, group: `g-${topic}`, brokers: '', handler: '', embedded: false},
      systemClock,
    );
    const topics = new Topics(broker.client());
    const groups = new Groups(broker.client());
    const groupAt = (offset: bigint) =>
      groups.setOffsets(
        `g-${topic}`,
        topic,
        [0, 1].map(partition => ({topic, partition, offset})),
      );
    await groupAt(3n);
    let stopped = () => {};
    const done = new Promise<void>(resolve => {
      stopped = resolve;
    });
    const goingBack = new GoingBack({
      client: broker.client(),
      topics,
      session,
      member: () => null,
      // The consumer commits what it has processed by now, and leaves.
      stop: async () => {
        await groupAt(6n);
        return true;
      },
      consume: () => {
        stopped();
        return true;
      },
      explain: async error => String(error),
    });
    const plan = await goingBack.plan('1', null);
    expect(plan).toMatchObject({status: 'possible', moves: [{again: 2n}, {again: 2n}]});
    goingBack.rewind('moves' in plan ? plan.moves : []);
    await done;
    expect(session.flash?.text).toBe('Rewound: 10 messages come again.');
    expect(await committed(topic)).toEqual(['1', '1']);
    await Promise.all([topics.close(), groups.close()]);
  });
});
