import kafkajs, {type GroupDescription as Described} from 'kafkajs';
import type {Broker, Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';
import type {PartitionOffset} from '../flow/events.ts';
import type {KafkaClient} from './client.ts';
import {commitMetadata, isOurCommit, leastStart, markIn} from './commit-metadata.ts';
import {ConnectedCluster} from './connected-cluster.ts';
import {withDeadline} from './deadline.ts';
import {explainError} from './explain-error.ts';
import {sayLeaderless} from './leaders.ts';
import {latest} from './protocol/list-offsets.ts';
import {askMetadata} from './protocol/metadata.ts';
import {NotOffered} from './protocol/versions.ts';
import {topicIdentity} from './topic-identity.ts';
import {topicOffsets} from './topic-offsets.ts';

const {AssignerProtocol} = kafkajs;
const deadline = 10_000;
/** A group that is left by its last member is empty within a moment; after this (ms) somebody else is in it. */
const emptiesWithin = 5000;

export type Member = {
  readonly member: string;
  readonly client: string;
  readonly host: string;
  /** What it was given, by topic. */
  readonly partitions: Readonly<Record<string, readonly number[]>>;
};

export type GroupStatus = {
  readonly group: string;
  /**
   * As the broker names it: Stable, Empty, PreparingRebalance …; `unknown protocol`: of a kind that KafkaJS cannot ask
   * about; `unknown`: the server does not offer to say.
   */
  readonly state: string;
  /** How partitions are divided: `range`, `cooperative-sticky` …; null: nobody is in it, or it cannot be told. */
  readonly protocol: string | null;
  /** null: it cannot be told. */
  readonly members: readonly Member[] | null;
};

export type GroupOffset = {
  readonly topic: string;
  readonly partition: number;
  readonly committed: bigint | null;
  /** null: the topic is gone, or does not answer. */
  readonly end: bigint | null;
};

/** Somebody is in the group: its offsets are not set behind their back. */
export class GroupInUse extends Error {
  override readonly name = 'GroupInUse';
}

/** What could be listed, and what could not: a sentence for each node that did not answer, and the like. */
export type ListedGroups = {readonly groups: readonly GroupStatus[]; readonly missing: readonly string[]};

/** Looks at consumer groups, and sets offsets of one in which nobody is. Joins none. */
export class Groups {
  readonly #connected: ConnectedCluster;

  constructor(client: KafkaClient) {
    this.#connected = new ConnectedCluster(client);
  }

  /** Each node knows the groups that it keeps: one that is away leaves its own out, and not the others'. */
  async list(): Promise<ListedGroups> {
    const cluster = await this.#connected.cluster();
    await withDeadline(cluster.refreshMetadata(), deadline, 'asking for the cluster');
    const nodes = cluster.getNodeIds();
    const answers = await Promise.allSettled(
      nodes.map(nodeId => withDeadline(groupsAt(cluster, nodeId), deadline, `asking node ${nodeId}`)),
    );
    const failed = answers.flatMap((answer, at) =>
      answer.status === 'rejected' ? [{node: nodes[at]!, reason: answer.reason}] : [],
    );
    if (failed.length === nodes.length && failed[0]) throw failed[0].reason;
    const groups = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
    return {
      groups: groups.sort((left, right) => left.group.localeCompare(right.group)),
      missing: [
        ...failed.map(
          ({node, reason}) =>
            `The groups that node ${node} keeps are not listed: ${explainError(reason).sentence}`,
        ),
        ...(await this.#leaderlessGroups(cluster)),
      ],
    };
  }

  /** null: there is no such group. */
  async describe(group: string): Promise<GroupStatus | null> {
    const coordinator = await this.#coordinator(group);
    const [described, listed] = await withDeadline(
      Promise.all([describeAt(coordinator, [group]), listAt(coordinator).catch(nullIfNotOffered)]),
      deadline,
      `asking about group ${group}`,
    );
    const isListed = listed?.includes(group) ?? true;
    if (described === null) return isListed ? unknownGroup(group) : null;
    const [found] = described;
    const isKept = found?.state !== 'Dead' || (listed?.includes(group) ?? false);
    return found && isKept ? statusOf(found, isKept) : null;
  }

  /** What the group has committed, with the ends, by topic and partition; `also`: topics that its members read. */
  async offsets(group: string, also: readonly string[]): Promise<readonly GroupOffset[]> {
    const coordinator = await this.#coordinator(group);
    const asked = coordinator.offsetFetch({groupId: group, topics: []});
    const {responses} = await withDeadline(asked, deadline, `asking for the offsets of group ${group}`);
    const topics = [...new Set([...responses.map(({topic}) => topic), ...also])].sort();
    const all = await Promise.all(
      topics.map(async topic => {
        const committed = new Map(
          responses
            .find(each => each.topic === topic)
            ?.partitions.map(({partition, offset}) => [partition, BigInt(offset)]),
        );
        const ends = await this.#ends(topic);
        const partitions = [...new Set([...committed.keys(), ...ends.keys()])].sort((a, b) => a - b);
        return partitions.map(partition => {
          const offset = committed.get(partition) ?? -1n;
          const end = ends.get(partition) ?? null;
          return {topic, partition, committed: offset < 0n ? null : offset, end};
        });
      }),
    );
    return all.flat();
  }

  /**
   * Sets committed offsets from outside, as the broker allows only while nobody is in the group: it decides itself, so
   * that a member that joins at the same moment is safe. Rejects with GroupInUse where somebody is. A group that is
   * another program's stays so: what it keeps beside its commits is kept.
   */
  async setOffsets(group: string, topic: string, offsets: readonly PartitionOffset[]): Promise<void> {
    try {
      const coordinator = await this.#coordinator(group);
      const before = await commitsOn(coordinator, group, topic);
      const topicId = await withDeadline(
        topicIdentity(coordinator, topic),
        deadline,
        `asking for topic ${topic}`,
      );
      const partitions = offsets.map(({partition, offset}) => ({
        partition,
        offset: offset.toString(),
        metadata: keptBeside(before, partition, topicId),
      }));
      const committing = coordinator.offsetCommit({
        groupId: group,
        groupGenerationId: -1,
        memberId: '',
        retentionTime: -1,
        topics: [{topic, partitions}],
      });
      await withDeadline(committing, deadline, `the broker to confirm the offsets of group ${group}`);
    } catch (error) {
      if (isInUse(error)) throw await this.#inUse(group);
      throw error;
    }
  }

  /** Rejects with GroupInUse where somebody but the member named is in the group. */
  async checkUnused(group: string, but: string | null): Promise<void> {
    const others = ((await this.describe(group))?.members ?? []).filter(({member}) => member !== but);
    if (others.length > 0) throw inUse(group, others, but === null ? '' : ' beside this one');
  }

  /** Resolves when nobody is in the group; rejects with GroupInUse where somebody stays. */
  async untilEmpty(group: string, within = emptiesWithin): Promise<void> {
    const until = Date.now() + within;
    for (;;) {
      const members = (await this.describe(group))?.members ?? [];
      if (members.length === 0) return;
      if (Date.now() >= until) throw inUse(group, members);
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }

  async close(): Promise<void> {
    await this.#connected.close();
  }

  async #inUse(group: string): Promise<GroupInUse> {
    const members = (await this.describe(group).catch(() => null))?.members ?? [];
    return inUse(group, members);
  }

  async #coordinator(group: string): Promise<Broker> {
    const cluster = await this.#connected.cluster();
    const found = cluster
      .refreshMetadataIfNecessary()
      .then(() => cluster.findGroupCoordinator({groupId: group}));
    return withDeadline(found, deadline, `the coordinator of group ${group}`);
  }

  async #ends(topic: string): Promise<ReadonlyMap<number, bigint>> {
    const cluster = await this.#connected.cluster();
    const asked = (async () => {
      await cluster.addMultipleTargetTopics([topic]);
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({partitionId}) => partitionId);
      return topicOffsets(cluster, topic, partitions, latest);
    })();
    return withDeadline(asked, deadline, `the offsets of ${topic}`).catch(() => new Map());
  }

  /** Groups whose part of `__consumer_offsets` has no leader are kept by nobody now, and so listed by nobody. */
  async #leaderlessGroups(cluster: Cluster): Promise<readonly string[]> {
    const broker = await cluster.brokerPool.findConnectedBroker();
    const asked = withDeadline(askMetadata(broker, [offsetsTopic]), deadline, 'asking for the cluster');
    const {topics, brokers} = await asked.catch(() => ({topics: [], brokers: []}));
    const up = brokers.map(({node}) => node);
    return (topics[0]?.partitions ?? [])
      .filter(({leader}) => leader === null)
      .map(each => `Groups kept there are not listed: ${sayLeaderless(offsetsTopic, each, up)}`);
  }
}

/** What is kept beside each committed offset of the group on the topic. */
async function commitsOn(
  coordinator: Broker,
  groupId: string,
  topic: string,
): Promise<ReadonlyMap<number, string | null>> {
  const asked = coordinator.offsetFetch({groupId, topics: []});
  const {responses} = await withDeadline(asked, deadline, `asking for the offsets of group ${groupId}`);
  const commits = responses.find(each => each.topic === topic)?.partitions ?? [];
  return new Map(
    commits.filter(({offset}) => offset !== '-1').map(({partition, metadata}) => [partition, metadata]),
  );
}

/** `before` by partition. One that had no commit follows the others: a rewind makes nobody's group ours. */
function keptBeside(
  before: ReadonlyMap<number, string | null>,
  partition: number,
  topicId: string | null,
): string | null {
  const kept = before.get(partition);
  if (kept !== undefined && !isOurCommit(kept)) return kept;
  if (kept === undefined && ![...before.values()].every(isOurCommit)) return null;
  return commitMetadata({topicId, startedWith: startOfGroup([...before.values()], topicId)});
}

/** How many partitions the topic had when the group started, by its commits of ours on this topic. */
function startOfGroup(metadata: readonly (string | null)[], topicId: string | null): number | null {
  const marks = metadata.map(markIn).filter(mark => mark !== null && mark.topicId === topicId);
  return leastStart(marks.map(mark => mark!.startedWith));
}

/** Where servers of Apache's kind keep groups. */
const offsetsTopic = '__consumer_offsets';

async function groupsAt(cluster: Cluster, nodeId: string): Promise<readonly GroupStatus[]> {
  const broker = await cluster.findBroker({nodeId});
  const listed = await listAt(broker);
  if (listed.length === 0) return [];
  const described = await describeAt(broker, listed);
  return described?.map(group => statusOf(group, true)) ?? listed.map(unknownGroup);
}

async function listAt(broker: Broker): Promise<string[]> {
  const {groups} = await broker.listGroups();
  return groups.filter(({protocolType}) => protocolType !== 'connect').map(({groupId}) => groupId);
}

/** null: the server does not offer to describe groups. */
async function describeAt(broker: Broker, groupIds: string[]): Promise<readonly Described[] | null> {
  try {
    return (await broker.describeGroups({groupIds})).groups;
  } catch (error) {
    return nullIfNotOffered(error);
  }
}

function nullIfNotOffered(error: unknown): null {
  if (error instanceof NotOffered) return null;
  throw error;
}

/** Listed, by a server that does not offer to say more. */
function unknownGroup(group: string): GroupStatus {
  return {group, state: 'unknown', protocol: null, members: null};
}

/** A group of the newer protocol (KIP-848) is listed, and dead for who asks in the old words. */
function statusOf({groupId, state, protocol, members}: Described, isListed: boolean): GroupStatus {
  const isUnknown = state === 'Dead' && isListed;
  return {
    group: groupId,
    state: isUnknown ? 'unknown protocol' : state,
    protocol: protocol === '' || isUnknown ? null : protocol,
    members: isUnknown ? null : members.map(memberOf),
  };
}

function memberOf({memberId, clientId, clientHost, memberAssignment}: Described['members'][number]): Member {
  return {
    member: memberId,
    client: clientId,
    host: clientHost,
    partitions: assignmentOf(memberAssignment),
  };
}

function assignmentOf(bytes: Buffer): Member['partitions'] {
  try {
    return AssignerProtocol.MemberAssignment.decode(bytes)?.assignment ?? {};
  } catch {
    return {};
  }
}

function inUse(group: string, members: readonly Member[], beside = ''): GroupInUse {
  const who = members.map(({client, host}) => `${client} on ${host.replace(/^\//, '')}`).join(', ');
  const count =
    members.length === 0
      ? 'members'
      : `${members.length} ${members.length === 1 ? 'member' : 'members'}${beside} (${who})`;
  return new GroupInUse(
    `Group ${group} has ${count}: its offsets are set only while nobody is in it. Stop them first.`,
  );
}

function isInUse(error: unknown): boolean {
  const {type, cause} = error as {type?: string; cause?: unknown};
  if (['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS'].includes(type ?? '')) return true;
  return cause !== undefined && cause !== null && isInUse(cause);
}
