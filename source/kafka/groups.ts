import kafkajs, {type Admin, type GroupDescription as Described} from 'kafkajs';
import type {PartitionOffset} from '../flow/events.ts';
import type {KafkaClient} from './client.ts';
import {commitMetadata, isOurCommit} from './commit-metadata.ts';
import {withDeadline} from './deadline.ts';
import {topicIdentity} from './topic-identity.ts';

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
  /** As the broker names it: Stable, Empty, PreparingRebalance …; `unknown protocol`: of a kind that KafkaJS cannot ask about. */
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

/** Looks at consumer groups, and sets offsets of one in which nobody is. Joins none. */
export class Groups {
  readonly #client: KafkaClient;
  readonly #admin: Admin;
  #connected: Promise<void> | null = null;

  constructor(client: KafkaClient) {
    this.#client = client;
    this.#admin = client.kafka.admin();
  }

  async list(): Promise<readonly GroupStatus[]> {
    const listed = await this.#listed();
    if (listed.length === 0) return [];
    const groups = await this.#describe(listed);
    return groups
      .map(group => statusOf(group, true))
      .sort((left, right) => left.group.localeCompare(right.group));
  }

  /** null: there is no such group. */
  async describe(group: string): Promise<GroupStatus | null> {
    const [[described], listed] = await Promise.all([this.#describe([group]), this.#listed()]);
    const isListed = listed.includes(group);
    return described && (described.state !== 'Dead' || isListed) ? statusOf(described, isListed) : null;
  }

  /** What the group has committed, with the ends, by topic and partition; `also`: topics that its members read. */
  async offsets(group: string, also: readonly string[]): Promise<readonly GroupOffset[]> {
    const admin = await this.#connection();
    const asked = admin.fetchOffsets({groupId: group});
    const found = await withDeadline(asked, deadline, `asking for the offsets of group ${group}`);
    const topics = [...new Set([...found.map(({topic}) => topic), ...also])].sort();
    const all = await Promise.all(
      topics.map(async topic => {
        const committed = new Map(
          found
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
    const before = await this.#commitsOn(group, topic);
    const cluster = this.#client.newCluster();
    try {
      await withDeadline(cluster.connect(), deadline, 'connecting');
      const asked = cluster.findGroupCoordinator({groupId: group});
      const coordinator = await withDeadline(asked, deadline, `the coordinator of group ${group}`);
      const ours = commitMetadata(
        await withDeadline(topicIdentity(coordinator, topic), deadline, `asking for topic ${topic}`),
      );
      const partitions = offsets.map(({partition, offset}) => ({
        partition,
        offset: offset.toString(),
        metadata: keptBeside(before, partition, ours),
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
    } finally {
      await cluster.disconnect().catch(() => {});
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
    if (!this.#connected) return;
    this.#connected = null;
    await withDeadline(this.#admin.disconnect(), 3000, 'disconnecting').catch(() => {});
  }

  async #inUse(group: string): Promise<GroupInUse> {
    const members = (await this.describe(group).catch(() => null))?.members ?? [];
    return inUse(group, members);
  }

  /** What is kept beside each committed offset of the group on the topic. */
  async #commitsOn(group: string, topic: string): Promise<ReadonlyMap<number, string | null>> {
    const admin = await this.#connection();
    const asked = admin.fetchOffsets({groupId: group});
    const found = await withDeadline(asked, deadline, `asking for the offsets of group ${group}`);
    const commits = found.find(each => each.topic === topic)?.partitions ?? [];
    return new Map(
      commits.filter(({offset}) => offset !== '-1').map(({partition, metadata}) => [partition, metadata]),
    );
  }

  async #listed(): Promise<readonly string[]> {
    const admin = await this.#connection();
    const {groups} = await withDeadline(admin.listGroups(), deadline, 'asking for the groups');
    return groups.filter(({protocolType}) => protocolType !== 'connect').map(({groupId}) => groupId);
  }

  async #describe(groups: readonly string[]): Promise<readonly Described[]> {
    const admin = await this.#connection();
    const asked = admin.describeGroups([...groups]);
    return (await withDeadline(asked, deadline, 'asking about the groups')).groups;
  }

  async #ends(topic: string): Promise<ReadonlyMap<number, bigint>> {
    const admin = await this.#connection();
    try {
      const offsets = await withDeadline(admin.fetchTopicOffsets(topic), deadline, `the offsets of ${topic}`);
      return new Map(offsets.map(({partition, high}) => [partition, BigInt(high)]));
    } catch {
      return new Map();
    }
  }

  async #connection(): Promise<Admin> {
    this.#connected ??= this.#admin.connect();
    try {
      await withDeadline(this.#connected, deadline, 'connecting');
    } catch (error) {
      this.#connected = null;
      throw error;
    }
    return this.#admin;
  }
}

/** `before` by partition. One that had no commit follows the others: a rewind makes nobody's group ours. */
function keptBeside(
  before: ReadonlyMap<number, string | null>,
  partition: number,
  ours: string,
): string | null {
  const kept = before.get(partition);
  if (kept !== undefined) return isOurCommit(kept) ? ours : kept;
  return [...before.values()].every(isOurCommit) ? ours : null;
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
