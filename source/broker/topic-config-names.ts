/** What a broker calls the settings that its topics inherit, where that is not what a topic calls them. */
const otherNames: Readonly<Record<string, string>> = {
  'cleanup.policy': 'log.cleanup.policy',
  'delete.retention.ms': 'log.cleaner.delete.retention.ms',
  'file.delete.delay.ms': 'log.segment.delete.delay.ms',
  'flush.messages': 'log.flush.interval.messages',
  'flush.ms': 'log.flush.interval.ms',
  'index.interval.bytes': 'log.index.interval.bytes',
  'local.retention.bytes': 'log.local.retention.bytes',
  'local.retention.ms': 'log.local.retention.ms',
  'max.compaction.lag.ms': 'log.cleaner.max.compaction.lag.ms',
  'max.message.bytes': 'message.max.bytes',
  'message.timestamp.after.max.ms': 'log.message.timestamp.after.max.ms',
  'message.timestamp.before.max.ms': 'log.message.timestamp.before.max.ms',
  'message.timestamp.type': 'log.message.timestamp.type',
  'min.cleanable.dirty.ratio': 'log.cleaner.min.cleanable.ratio',
  'min.compaction.lag.ms': 'log.cleaner.min.compaction.lag.ms',
  preallocate: 'log.preallocate',
  'retention.bytes': 'log.retention.bytes',
  'retention.ms': 'log.retention.ms',
  'segment.bytes': 'log.segment.bytes',
  'segment.index.bytes': 'log.index.size.max.bytes',
  'segment.jitter.ms': 'log.roll.jitter.ms',
  'segment.ms': 'log.roll.ms',
};

/** Only a topic has these. */
const ofTopicsAlone: ReadonlySet<string> = new Set([
  'follower.replication.throttled.replicas',
  'leader.replication.throttled.replicas',
  'remote.log.copy.disable',
  'remote.log.delete.on.disable',
  'remote.storage.enable',
]);

/** A broker's default for these has another name still (`log.retention.hours`), or there is none; Kafka does not tell it. */
const withoutStandard: ReadonlySet<string> = new Set([
  'flush.ms',
  'retention.ms',
  'segment.jitter.ms',
  'segment.ms',
]);

type BrokerDefault = {
  /** The name under which a broker may set it; null where it can't. */
  readonly set: string | null;
  readonly standard: {readonly name: string; readonly value: string} | null;
};

/** Where a topic's setting comes from when the topic does not say; `value` is Kafka's default. */
export function brokerDefault(name: string, value: string): BrokerDefault {
  if (ofTopicsAlone.has(name)) return {set: null, standard: null};
  const set = otherNames[name] ?? name;
  if (withoutStandard.has(name)) return {set, standard: null};
  return {set, standard: {name: set, value}};
}
