import type {Broker, Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import type {GroupMember, GroupSeen} from '../flow/foreign-group.ts';
import {type KafkaClient, ourClientId} from './client.ts';
import {isOurCommit} from './commit-metadata.ts';
import {withDeadline} from './deadline.ts';
import type {Topics} from './topics.ts';

const lookDeadline = 10_000;
/** ms before a look is repeated that failed for a reason that passes, as a coordinator that is still loading. */
const lookPause = 300;
const repeatFor = 6000;

/**
 * Looks who works in a group on a topic, without joining it. Our own members are known by their client id, which no
 * setting changes; commits of ours by what is kept beside them. The subscription's user data could tell as well, but old
 * versions of this program write none, and a member that names itself as we do means to be taken for us.
 *
 * Everything is asked of the group's coordinator and by the topic's name, so that a broker that is away does not stand in
 * the way. Rejects within 10 s; then it is not known whose the group is.
 */
export async function lookAtGroup(
  {client, topics}: {readonly client: KafkaClient; readonly topics: Topics},
  {group, topic}: {readonly group: string; readonly topic: string},
): Promise<GroupSeen> {
  const cluster = client.newCluster();
  try {
    const looking = repeatedly(async () => {
      const found = await topics.describe(topic);
      const bounds = found.status === 'exists' ? found.partitions : [];
      const coordinator = await coordinatorOf(cluster, group, found.status === 'exists' ? topic : null);
      const [others, commits] = await Promise.all([
        othersIn(coordinator, group),
        commitsOf(
          coordinator,
          group,
          topic,
          bounds.map(({partition}) => partition),
        ),
      ]);
      return {
        others,
        partitions: bounds.map(({partition, first, end}) => {
          const commit = commits.get(partition) ?? {committed: null, isOurs: true};
          return {partition, first, end, ...commit};
        }),
      };
    });
    return await withDeadline(looking, lookDeadline, `looking who works in group ${group}`);
  } finally {
    cluster.disconnect().catch(() => {});
  }
}

async function coordinatorOf(cluster: Cluster, group: string, topic: string | null): Promise<Broker> {
  await cluster.connect();
  if (topic !== null) await cluster.addMultipleTargetTopics([topic]);
  return cluster.findGroupCoordinator({groupId: group});
}

/** A group of the newer protocol (KIP-848) is listed, and dead for who asks in the old words. */
async function othersIn(coordinator: Broker, group: string): Promise<readonly GroupMember[] | null> {
  const {groups} = await coordinator.describeGroups({groupIds: [group]});
  const found = groups.find(({groupId}) => groupId === group);
  if (!found) throw new Error(`The broker did not say who is in group ${group}`);
  if (found.state === 'Dead') {
    const listed = await coordinator.listGroups();
    return listed.groups.some(({groupId}) => groupId === group) ? null : [];
  }
  return found.members
    .filter(({clientId}) => clientId !== ourClientId)
    .map(({clientId, clientHost}) => ({client: clientId, host: clientHost.replace(/^\//, '')}));
}

async function commitsOf(
  coordinator: Broker,
  group: string,
  topic: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, {readonly committed: bigint; readonly isOurs: boolean}>> {
  if (partitions.length === 0) return new Map();
  const asked = [{topic, partitions: partitions.map(partition => ({partition}))}];
  const {responses} = await coordinator.offsetFetch({groupId: group, topics: asked});
  const found = responses.find(each => each.topic === topic)?.partitions ?? [];
  return new Map(
    found
      .filter(({offset}) => BigInt(offset) >= 0n)
      .map(({partition, offset, metadata}) => [
        partition,
        {committed: BigInt(offset), isOurs: isOurCommit(metadata)},
      ]),
  );
}

/** Until it succeeds, fails for good, or has failed for so long that its reason is to be told. */
async function repeatedly<Result>(look: () => Promise<Result>): Promise<Result> {
  const until = Date.now() + repeatFor;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() >= until || (error as {retriable?: boolean}).retriable !== true) throw error;
      await new Promise(resolve => setTimeout(resolve, lookPause));
    }
  }
}
