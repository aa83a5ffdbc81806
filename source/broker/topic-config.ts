import {Refusal} from './errors.ts';
import type {LogRules} from './log/partition-log.ts';

export type ConfigType = 'boolean' | 'string' | 'int' | 'long' | 'double' | 'list';

/** Kafka's numbers for the types, as DescribeConfigs answers them. */
export const configTypeNumber: Record<ConfigType, number> = {
  boolean: 1,
  string: 2,
  int: 3,
  long: 5,
  double: 6,
  list: 7,
};

type Known = {
  readonly type: ConfigType;
  readonly default: string;
  readonly among?: readonly string[];
  readonly least?: number;
};

/** A topic's settings with Kafka's defaults. The first eight change what is done here; the others are only kept. */
export const knownConfigs: Readonly<Record<string, Known>> = {
  'cleanup.policy': {type: 'list', default: 'delete', among: ['delete', 'compact']},
  'max.message.bytes': {type: 'int', default: '1048588', least: 0},
  'message.timestamp.type': {type: 'string', default: 'CreateTime', among: ['CreateTime', 'LogAppendTime']},
  'min.insync.replicas': {type: 'int', default: '1', least: 1},
  'retention.bytes': {type: 'long', default: '-1', least: -1},
  'retention.ms': {type: 'long', default: '604800000', least: -1},
  'segment.bytes': {type: 'int', default: '1073741824', least: 14},
  'segment.ms': {type: 'long', default: '604800000', least: 1},
  'compression.type': {
    type: 'string',
    default: 'producer',
    among: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
  },
  'compression.gzip.level': {type: 'int', default: '-1'},
  'compression.lz4.level': {type: 'int', default: '9'},
  'compression.zstd.level': {type: 'int', default: '3'},
  'delete.retention.ms': {type: 'long', default: '86400000', least: 0},
  'file.delete.delay.ms': {type: 'long', default: '60000', least: 0},
  'flush.messages': {type: 'long', default: '9223372036854775807', least: 1},
  'flush.ms': {type: 'long', default: '9223372036854775807', least: 0},
  'follower.replication.throttled.replicas': {type: 'list', default: ''},
  'index.interval.bytes': {type: 'int', default: '4096', least: 0},
  'leader.replication.throttled.replicas': {type: 'list', default: ''},
  'local.retention.bytes': {type: 'long', default: '-2', least: -2},
  'local.retention.ms': {type: 'long', default: '-2', least: -2},
  'max.compaction.lag.ms': {type: 'long', default: '9223372036854775807', least: 1},
  'message.timestamp.after.max.ms': {type: 'long', default: '3600000', least: 0},
  'message.timestamp.before.max.ms': {type: 'long', default: '9223372036854775807', least: 0},
  'min.cleanable.dirty.ratio': {type: 'double', default: '0.5', least: 0},
  'min.compaction.lag.ms': {type: 'long', default: '0', least: 0},
  preallocate: {type: 'boolean', default: 'false', among: ['true', 'false']},
  'remote.storage.enable': {type: 'boolean', default: 'false', among: ['true', 'false']},
  'segment.index.bytes': {type: 'int', default: '10485760', least: 4},
  'segment.jitter.ms': {type: 'long', default: '0', least: 0},
  'unclean.leader.election.enable': {type: 'boolean', default: 'false', among: ['true', 'false']},
};

/** Refuses a name that is not known or a value that its type does not have, as Kafka does. */
export function checkConfig(name: string, value: string): void {
  const known = Object.hasOwn(knownConfigs, name) ? knownConfigs[name] : undefined;
  if (!known) throw new Refusal('INVALID_CONFIG', `Unknown topic config name: ${name}`);
  const wrong = () =>
    new Refusal('INVALID_CONFIG', `Invalid value ${value} for configuration ${name} (${known.type})`);
  if (known.among) {
    const values = known.type === 'list' ? value.split(',').map(each => each.trim()) : [value];
    if (!values.every(each => known.among!.includes(each))) throw wrong();
  }
  if (known.type === 'int' || known.type === 'long') {
    if (!/^[+-]?\d{1,19}$/.test(value)) throw wrong();
    const most = known.type === 'int' ? 2n ** 31n - 1n : 2n ** 63n - 1n;
    if (BigInt(value) > most || Number(value) < (known.least ?? -Infinity)) throw wrong();
  }
  if (known.type === 'double' && !(value.trim() !== '' && Number(value) >= 0 && Number(value) <= 1))
    throw wrong();
}

/** What was set on one topic; what was not has the broker's defaults, else Kafka's. */
export class TopicConfig {
  readonly #defaults: ReadonlyMap<string, string>;
  #set: Map<string, string>;
  #rules: LogRules | null = null;

  constructor(defaults: ReadonlyMap<string, string>, set: ReadonlyMap<string, string>) {
    this.#defaults = defaults;
    this.#set = new Map(set);
  }

  get overrides(): ReadonlyMap<string, string> {
    return this.#set;
  }

  value(name: string): string {
    return this.#set.get(name) ?? this.#defaults.get(name) ?? knownConfigs[name]!.default;
  }

  replace(set: ReadonlyMap<string, string>): void {
    this.#set = new Map(set);
    this.#rules = null;
  }

  rules(): LogRules {
    if (this.#rules) return this.#rules;
    const policy = this.value('cleanup.policy').split(',');
    this.#rules = {
      maxMessageBytes: Number(this.value('max.message.bytes')),
      segmentBytes: Number(this.value('segment.bytes')),
      segmentMs: Number(this.value('segment.ms')),
      retentionMs: Number(this.value('retention.ms')),
      retentionBytes: Number(this.value('retention.bytes')),
      appendTime: this.value('message.timestamp.type') === 'LogAppendTime',
      compacted: policy.includes('compact'),
      deletes: policy.includes('delete'),
    };
    return this.#rules;
  }
}
