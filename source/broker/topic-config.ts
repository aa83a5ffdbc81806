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
  readonly most?: number;
  /** A number outside of these two that stands for something. */
  readonly also?: number;
};

/** A topic's settings with Kafka's defaults. The first ten change what is done here; the others are only kept. */
export const knownConfigs: Readonly<Record<string, Known>> = {
  'cleanup.policy': {type: 'list', default: 'delete', among: ['compact', 'delete']},
  'max.message.bytes': {type: 'int', default: '1048588', least: 0},
  'message.timestamp.type': {type: 'string', default: 'CreateTime', among: ['CreateTime', 'LogAppendTime']},
  'min.insync.replicas': {type: 'int', default: '1', least: 1},
  'retention.bytes': {type: 'long', default: '-1', least: -1},
  'retention.ms': {type: 'long', default: '604800000', least: -1},
  'message.timestamp.after.max.ms': {type: 'long', default: '3600000', least: 0},
  'message.timestamp.before.max.ms': {type: 'long', default: '9223372036854775807', least: 0},
  'segment.bytes': {type: 'int', default: '1073741824', least: 1_048_576},
  'segment.ms': {type: 'long', default: '604800000', least: 1},
  'compression.type': {
    type: 'string',
    default: 'producer',
    among: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
  },
  'compression.gzip.level': {type: 'int', default: '-1', least: 1, most: 9, also: -1},
  'compression.lz4.level': {type: 'int', default: '9', least: 1, most: 17},
  'compression.zstd.level': {type: 'int', default: '3', least: -131_072, most: 22},
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
  'min.cleanable.dirty.ratio': {type: 'double', default: '0.5', least: 0, most: 1},
  'min.compaction.lag.ms': {type: 'long', default: '0', least: 0},
  preallocate: {type: 'boolean', default: 'false', among: ['true', 'false']},
  'remote.log.copy.disable': {type: 'boolean', default: 'false', among: ['true', 'false']},
  'remote.log.delete.on.disable': {type: 'boolean', default: 'false', among: ['true', 'false']},
  'remote.storage.enable': {type: 'boolean', default: 'false', among: ['true', 'false']},
  'segment.index.bytes': {type: 'int', default: '10485760', least: 4},
  'segment.jitter.ms': {type: 'long', default: '0', least: 0},
  'unclean.leader.election.enable': {type: 'boolean', default: 'false', among: ['true', 'false']},
};

/** Refuses a setting that Kafka does not have. */
export function checkKnown(name: string): void {
  if (!Object.hasOwn(knownConfigs, name)) {
    throw new Refusal('INVALID_CONFIG', `Unknown topic config name: ${name}`);
  }
}

/** Refuses a name that is not known or a value that its type does not have, in Kafka's words. */
export function checkConfig(name: string, value: string): void {
  checkKnown(name);
  const known = knownConfigs[name]!;
  const refuse = (found: string, reason: string): never => {
    throw new Refusal('INVALID_CONFIG', `Invalid value ${found} for configuration ${name}: ${reason}`);
  };
  const trimmed = value.trim();
  switch (known.type) {
    case 'boolean':
      if (!/^(true|false)$/i.test(trimmed)) refuse(value, 'Expected value to be either true or false');
      return;
    case 'int':
    case 'long':
    case 'double': {
      if (!isNumber(trimmed, known.type)) refuse(value, `Not a number of type ${known.type.toUpperCase()}`);
      const number = Number(trimmed);
      const shown =
        known.type === 'double' ? (Number.isInteger(number) ? `${number}.0` : String(number)) : trimmed;
      if (number === known.also) return;
      const {least = -Infinity, most = Infinity, also} = known;
      if (also !== undefined && (number < least || number > most)) {
        refuse(shown, `Value must be between ${least} and ${most} or equal to ${also}`);
      }
      if (number < least) refuse(shown, `Value must be at least ${least}`);
      if (number > most) refuse(shown, `Value must be no more than ${most}`);
      return;
    }
    case 'string':
    case 'list': {
      const values = known.type === 'list' ? listed(value) : [value];
      const other = known.among && values.find(each => !known.among!.includes(each));
      if (other !== undefined) refuse(other, `String must be one of: ${known.among!.join(', ')}`);
    }
  }
}

function listed(value: string): string[] {
  return value.trim() === '' ? [] : value.split(',').map(each => each.trim());
}

function isNumber(text: string, type: 'int' | 'long' | 'double'): boolean {
  if (type === 'double') return text !== '' && !Number.isNaN(Number(text));
  if (!/^[+-]?\d{1,19}$/.test(text)) return false;
  const half = type === 'int' ? 2n ** 31n : 2n ** 63n;
  return BigInt(text.replace('+', '')) < half && BigInt(text.replace('+', '')) >= -half;
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
    return this.#set.get(name) ?? this.inherited(name);
  }

  /** What it would be, were it not set on the topic. */
  inherited(name: string): string {
    return this.#defaults.get(name) ?? knownConfigs[name]!.default;
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
      mostBefore: Number(this.value('message.timestamp.before.max.ms')),
      mostAfter: Number(this.value('message.timestamp.after.max.ms')),
      appendTime: this.value('message.timestamp.type') === 'LogAppendTime',
      compacted: policy.includes('compact'),
      deletes: policy.includes('delete'),
    };
    return this.#rules;
  }
}
