import {Refusal} from '../errors.ts';
import {configTypeNumber, knownConfigs, type TopicConfig} from '../topic-config.ts';
import {brokerDefault} from '../topic-config-names.ts';
import {nodeId, type State} from './handler.ts';

/** What has settings, in Kafka's numbers. */
export const resource = {topic: 2, broker: 4} as const;
/** Where a value comes from, in Kafka's numbers. */
const source = {topic: 1, staticBroker: 4, default: 5} as const;

/** One setting as DescribeConfigs tells of it. */
export type Described = {
  readonly name: string;
  readonly value: string;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
  /** All places that name the setting, the one that rules first. */
  readonly synonyms: {readonly name: string; readonly value: string; readonly source: number}[];
  readonly configType: number;
  readonly documentation: null;
};

export function sourceOf(config: TopicConfig, name: string): number {
  if (config.overrides.has(name)) return source.topic;
  return config.inherited(name) === knownConfigs[name]!.default ? source.default : source.staticBroker;
}

export function describeTopic(config: TopicConfig): Described[] {
  return Object.entries(knownConfigs).map(([name, known]) => ({
    name,
    value: config.value(name),
    readOnly: false,
    configSource: sourceOf(config, name),
    isSensitive: false,
    synonyms: synonymsOf(config, name),
    configType: configTypeNumber[known.type],
    documentation: null,
  }));
}

function synonymsOf(config: TopicConfig, name: string): Described['synonyms'] {
  const synonyms: Described['synonyms'] = [];
  const own = config.overrides.get(name);
  if (own !== undefined) synonyms.push({name, value: own, source: source.topic});
  const {set, standard} = brokerDefault(name, knownConfigs[name]!.default);
  const inherited = config.inherited(name);
  if (set !== null && inherited !== knownConfigs[name]!.default) {
    synonyms.push({name: set, value: inherited, source: source.staticBroker});
  }
  if (standard) synonyms.push({...standard, source: source.default});
  return synonyms;
}

/** What Kafka says of a request that it knows nothing better of. */
const malformed =
  'This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.';

const type = {boolean: 1, int: 3, short: 4} as const;

/** What tools look at before they do something. Refuses what is no broker, and other brokers. */
export function describeBroker(resourceType: number, name: string, {defaults}: State): Described[] {
  if (resourceType !== resource.broker) throw new Refusal('INVALID_REQUEST', malformed);
  // Without a name it is about what was set for all brokers at run time.
  if (name === '') return [];
  if (!/^[+-]?\d{1,10}$/.test(name)) {
    throw new Refusal('INVALID_REQUEST', `Broker id must be an integer, but it is: ${name}`);
  }
  if (Number(name) !== nodeId) {
    throw new Refusal(
      'INVALID_REQUEST',
      `Unexpected broker id, expected ${nodeId} or empty string, but received ${name}`,
    );
  }
  return [
    setting('auto.create.topics.enable', type.boolean, String(defaults.autoCreateTopics), 'true'),
    setting('default.replication.factor', type.int, '1', '1'),
    setting('delete.topic.enable', type.boolean, 'true', 'true'),
    setting('group.initial.rebalance.delay.ms', type.int, String(defaults.groupInitialDelay), '3000'),
    setting('node.id', type.int, String(nodeId), null),
    setting('num.partitions', type.int, String(defaults.partitions), '1'),
    setting('offsets.topic.num.partitions', type.int, '1', '50'),
    setting('offsets.topic.replication.factor', type.short, '1', '3'),
  ];
}

/** `standard` is Kafka's own default, where there is one. */
function setting(name: string, configType: number, value: string, standard: string | null): Described {
  const synonyms: Described['synonyms'] = [];
  if (value !== standard) synonyms.push({name, value, source: source.staticBroker});
  if (standard !== null) synonyms.push({name, value: standard, source: source.default});
  const configSource = synonyms[0]!.source;
  return {
    name,
    value,
    readOnly: true,
    configSource,
    isSensitive: false,
    synonyms,
    configType,
    documentation: null,
  };
}
