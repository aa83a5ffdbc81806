import {foreignGroup, sayWaiting, sayWhoWorks} from '../flow/foreign-group.ts';
import type {KafkaClient} from '../kafka/client.ts';
import {lookAtGroup} from '../kafka/group-ownership.ts';
import type {Topics} from '../kafka/topics.ts';
import {sentenceFor} from './connection.ts';
import {CommandError, exitCodes} from './exit-codes.ts';

/**
 * Rejects with a CommandError of wrong use where the group is another program's, and with one of failure where that
 * could not be seen: a group that nobody could look at is not taken for free.
 */
export async function checkGroupIsFree(
  parts: {readonly client: KafkaClient; readonly topics: Topics},
  place: {readonly group: string; readonly topic: string},
): Promise<void> {
  const {group, topic} = place;
  const seen = await lookAtGroup(parts, place).catch(async (error: unknown) => {
    const why = await sentenceFor(error, parts.client, topic);
    throw new CommandError(`Whether group ${group} is another program's could not be seen: ${why}`);
  });
  const foreign = foreignGroup(seen);
  if (!foreign) return;
  throw new CommandError(
    `Group ${group} is another program's (${sayWhoWorks(foreign)}), and joining it would count ${sayWaiting(foreign)} on ${topic} as processed: look with "peek" or "groups ${group}", take another --group, or add --join-foreign-group to join all the same.`,
    exitCodes.wrongUse,
  );
}
