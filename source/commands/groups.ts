import {type GroupOffset, type GroupStatus, Groups} from '../kafka/groups.ts';
import type {Command} from './command.ts';
import {clientFor, sentenceFor} from './connection.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {linesTo, say} from './output.ts';

const command: Command = {
  help: `
  Usage
    $ kafka-notify groups [options]
    $ kafka-notify groups NAME [--topic NAME]

  Lists the consumer groups, one JSON line each: state, protocol, how many members. With a name: its members with their
  partitions, and one line a partition with what is committed, the end and the lag ("-90": committed 90 beyond the end).
  Joins none and changes nothing.
  A group of the newer protocol (KIP-848) shows as "unknown protocol"; what it has committed is shown all the same. Groups
  that a node keeps which does not answer are left out of the list, and stderr says so.

  Options
    --topic NAME            with the NAME of a group: only this topic's partitions
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Exit codes
    0 done · 1 failed, or there is no such group · 2 wrong use

  Examples
    $ kafka-notify groups
    $ kafka-notify groups mailer --topic notifications | jq -c 'select(.lag != "0")'
`,
  async run({words, flags, settings}) {
    const [name] = words;
    if (name === undefined && flags.topic !== undefined)
      throw new CommandError(
        'groups lists all groups; --topic goes with the NAME of one: groups NAME --topic NAME.',
        exitCodes.wrongUse,
      );
    if (flags.group !== undefined)
      throw new CommandError('groups takes the NAME of a group without --group.', exitCodes.wrongUse);
    const client = clientFor(settings);
    const groups = new Groups(client);
    try {
      if (name === undefined) await list(groups);
      else await describe(groups, name, typeof flags.topic === 'string' ? flags.topic : null);
      return exitCodes.done;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(await sentenceFor(error, client));
    } finally {
      await groups.close();
    }
  },
};

export default command;

async function list(groups: Groups): Promise<void> {
  const {groups: found, missing} = await groups.list();
  const lines = linesTo();
  for (const {group, state, protocol, members} of found)
    lines.write({status: 'group', group, state, protocol, members: members?.length ?? null});
  await lines.end();
  for (const sentence of missing) say(sentence);
  if (found.length === 0 && missing.length === 0) say('There are no consumer groups.');
}

async function describe(groups: Groups, name: string, topic: string | null): Promise<void> {
  const found = await groups.describe(name);
  if (!found) throw new CommandError(`There is no group ${name}: nobody is in it, and nothing is committed.`);
  const read = (found.members ?? []).flatMap(({partitions}) => Object.keys(partitions));
  const offsets = await groups.offsets(name, read);
  const lines = linesTo();
  lines.write({status: 'group', ...found});
  const shown = offsets.filter(each => topic === null || each.topic === topic);
  for (const each of shown) lines.write(partitionLine(found, each));
  await lines.end();
  if (shown.length === 0 && topic !== null) say(`Group ${name} has nothing on topic ${topic}.`);
}

function partitionLine({group, members}: GroupStatus, {topic, partition, committed, end}: GroupOffset) {
  const owner = members?.find(({partitions}) => partitions[topic]?.includes(partition));
  const lag = committed === null || end === null ? null : end - committed;
  return {status: 'partition', group, topic, partition, committed, end, lag, member: owner?.member ?? null};
}
