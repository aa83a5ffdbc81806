import {type Move, totalOf} from '../flow/moves.ts';
import type {KafkaClient} from '../kafka/client.ts';
import {GroupInUse, Groups} from '../kafka/groups.ts';
import {Topics} from '../kafka/topics.ts';
import {checkedTopic} from './checked-topic.ts';
import type {Command} from './command.ts';
import {clientFor, sentenceFor, topicOf} from './connection.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {linesTo, say} from './output.ts';
import {partitionsOf} from './partition-flags.ts';
import {type MovesAsked, planMoves} from './plan-moves.ts';
import {checkPartitionsOnce, moveTargetOf, positionForms, positionsOf} from './positions.ts';

const command: Command = {
  help: `
  Usage
    $ kafka-notify rewind --topic NAME --to POSITION [options]

  Sets the group's committed offsets, so that whoever consumes in it next starts there. (To read again without changing what
  is committed, see consume --from.) Prints one JSON line a partition: from, to, and how many messages come again
  (counted by their offsets; where the topic is compacted there can be fewer). Only counts unless --yes is given; refused
  while somebody is in the group.

  Options
    --topic NAME            TOPIC_NAME
    --group NAME            KAFKA_GROUP_ID; default: a private group of yours
    --to ${positionForms}
                            end-N: N before the end of each partition; OFFSET: in each partition; PARTITION@OFFSET: in that
                            one only, may be given several times; TIME: ISO 8601, how long ago (15m or -15m), or ms since
                            1970 (@1700000000000, or 13 digits); where nothing is that new: the end
    --partition N           only this one; may be given several times
    --count                 only count
    --yes                   do it
    --skip-unprocessed      also where that passes messages that the group has not processed
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Exit codes
    0 done, or counted with --count · 1 failed, or somebody is in the group, or a partition was left out since it has no
    leader now (the others are done) · 2 wrong use, or nothing done for want of --yes
    or --skip-unprocessed

  Examples
    $ kafka-notify rewind --topic notifications --group mailer --to 15m --count
    $ kafka-notify rewind --topic notifications --group mailer --to 113 --partition 1 --yes
`,
  async run({flags, settings}) {
    const topic = topicOf(settings);
    checkedTopic(topic);
    if (!Array.isArray(flags.to) || flags.to.length === 0)
      throw new CommandError(`Where to? Give --to ${positionForms}.`, exitCodes.wrongUse);
    const group = settings.group.value;
    const positions = positionsOf(flags.to, Date.now(), '--to');
    const partitions = partitionsOf(flags.partition);
    checkPartitionsOnce(positions, partitions, '--to');
    const asked = {group, topic, target: moveTargetOf(positions), partitions};
    const how = {
      count: flags.count === true,
      yes: flags.yes === true,
      mayPass: flags.skipUnprocessed === true,
    };
    const client = clientFor(settings);
    const topics = new Topics(client);
    const groups = new Groups(client);
    try {
      return await rewind({client, topics, groups}, asked, how);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      if (error instanceof GroupInUse) throw new CommandError(error.message);
      throw new CommandError(await sentenceFor(error, client, topic));
    } finally {
      await Promise.all([topics.close(), groups.close()]);
    }
  },
};

export default command;

type Parts = {readonly client: KafkaClient; readonly topics: Topics; readonly groups: Groups};
type How = {readonly count: boolean; readonly yes: boolean; readonly mayPass: boolean};

async function rewind(parts: Parts, asked: MovesAsked, {count, yes, mayPass}: How): Promise<number> {
  const {groups} = parts;
  const {group, topic} = asked;
  const {moves, leaderless} = await planMoves(parts, asked);
  const again = totalOf(moves, 'again');
  const passed = totalOf(moves, 'passed');
  const passing = passed > 0n ? ` ${passed} that nobody processed are passed over.` : '';
  say(`Group ${group} on ${topic}: ${again} messages come again.${passing}`);
  for (const sentence of leaderless) say(`${sentence} It stays where it is.`);
  const code = leaderless.length > 0 ? exitCodes.failed : exitCodes.done;
  for (const {partition, from, beyondEnd} of moves)
    if (beyondEnd !== undefined)
      say(
        `Partition ${partition} is committed at ${from}, beyond the end by ${beyondEnd}: what of it was processed is not known.`,
      );
  if (count || !yes) {
    await tell(moves, asked, 'counted');
    if (count) return code;
    say('Nothing is changed; --yes does it.');
    return exitCodes.wrongUse;
  }
  refusePassing(moves, group, mayPass);
  await groups.untilEmpty(group, 0);
  // Whoever was in the group until now went on after it was counted, and so did those who publish.
  const {moves: now} = await planMoves(parts, asked);
  refusePassing(now, group, mayPass);
  const offsets = now.map(({partition, to}) => ({topic, partition, offset: to}));
  await groups.setOffsets(group, topic, offsets);
  const done = totalOf(now, 'again');
  if (done !== again) say(`Counted again at the act: ${done} messages come again.`);
  await tell(now, asked, 'rewound');
  return code;
}

function refusePassing(moves: readonly Move[], group: string, mayPass: boolean): void {
  const passed = totalOf(moves, 'passed');
  if (passed === 0n || mayPass) return;
  throw new CommandError(
    `Nothing is changed: ${passed} messages that group ${group} has not processed would be passed over; add --skip-unprocessed if that is meant.`,
    exitCodes.wrongUse,
  );
}

async function tell(
  moves: readonly Move[],
  {topic, group}: MovesAsked,
  status: 'counted' | 'rewound',
): Promise<void> {
  const lines = linesTo();
  for (const move of moves) lines.write({status, topic, group, ...move});
  await lines.end();
}
