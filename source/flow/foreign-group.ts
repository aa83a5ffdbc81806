/** Another program's member of a group, as the broker tells of it. From outside: make it safe before showing it. */
export type GroupMember = {readonly client: string; readonly host: string};

/** What was seen of a group before it is joined. */
export type GroupSeen = {
  /** Members that are not this program's; null: the broker does not say who they are (a group of the newer protocol). */
  readonly others: readonly GroupMember[] | null;
  readonly partitions: readonly {
    readonly partition: number;
    /** null: the group has no committed offset here. */
    readonly committed: bigint | null;
    /** Whether this program committed it. */
    readonly isOurs: boolean;
    /** null: the partition does not answer. */
    readonly first: bigint | null;
    readonly end: bigint | null;
  }[];
};

/** A group that is somebody else's: who works in it, and what joining would mean. */
export type ForeignGroup = {
  readonly others: GroupSeen['others'];
  /** Committed offsets by other programs. */
  readonly commits: ReadonlyMap<number, bigint>;
  /** Messages from the committed offsets (or the first ones) to the ends: they would count as processed. */
  readonly waiting: bigint;
  /** Some partition did not answer: there can be more. */
  readonly isLeast: boolean;
};

/**
 * Whether somebody else works in the group: members or committed offsets that are not ours. `agreed` are the commits of
 * others that the person has seen and joined over: while they stand as they were, they say nothing new. null: it is free.
 */
export function foreignGroup(
  {others, partitions}: GroupSeen,
  agreed: ReadonlyMap<number, bigint> = new Map(),
): ForeignGroup | null {
  const commits = new Map(
    partitions.flatMap(({partition, committed, isOurs}) =>
      committed === null || isOurs ? [] : [[partition, committed] as const],
    ),
  );
  const news = [...commits].some(([partition, offset]) => agreed.get(partition) !== offset);
  if (others?.length === 0 && !news) return null;
  return {
    others,
    commits,
    waiting: partitions.reduce((sum, each) => sum + waitingIn(each), 0n),
    isLeast: partitions.some(({first, end}) => first === null || end === null),
  };
}

/** Without a commit the first that is retained counts: wherever one starts, the first commit goes past it. */
function waitingIn({committed, first, end}: GroupSeen['partitions'][number]): bigint {
  if (first === null || end === null) return 0n;
  const from = committed !== null && committed > first ? committed : first;
  // Beyond the end nothing waits: that position is lost, and is told when the group is joined.
  return from < end ? end - from : 0n;
}

const mostNamed = 3;

/** Who works in it: `1 member that is not kafka-notify is in it: rdkafka on 10.0.0.7`. */
export function sayWhoWorks({others}: ForeignGroup): string {
  if (others === null)
    return 'it is of a protocol whose members cannot be told here (KIP-848), so not one of kafka-notify';
  if (others.length === 0) return 'its offsets were committed by another program';
  const named = others.slice(0, mostNamed).map(({client, host}) => `${client} on ${host}`);
  if (others.length > mostNamed) named.push(`${others.length - mostNamed} more`);
  const who =
    others.length === 1
      ? '1 member that is not kafka-notify is'
      : `${others.length} members that are not kafka-notify are`;
  return `${who} in it: ${named.join(', ')}`;
}

/** How much would count as processed: `51 messages`, `at least 1 message`; what comes later where nothing waits now. */
export function sayWaiting({waiting, isLeast}: ForeignGroup): string {
  if (waiting === 0n) return isLeast ? 'an unknown number of messages' : 'every new message';
  return `${isLeast ? 'at least ' : ''}${waiting} message${waiting === 1n ? '' : 's'}`;
}
