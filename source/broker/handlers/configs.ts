import {Refusal} from '../errors.ts';
import {alterConfigs, describeConfigs, incrementalAlterConfigs} from '../messages/topics.ts';
import {checkConfig, checkKnown, knownConfigs, type TopicConfig} from '../topic-config.ts';
import {checkTopicName} from '../topic-names.ts';
import type {Topic, Topics} from '../topics.ts';
import {type Described, describeBroker, describeTopic, resource} from './described-configs.ts';
import {answer, refusedAs} from './handler.ts';
import {once} from './once.ts';

/** Brokers, their loggers, client metrics, groups: with settings at Kafka, and none to be altered here. */
const otherResources: ReadonlySet<number> = new Set([4, 8, 16, 32]);
type Resource = {readonly resourceType: number; readonly resourceName: string};

const identity = ({resourceType, resourceName}: Resource) => `${resourceType} ${resourceName}`;

export const answerDescribeConfigs = answer(describeConfigs, (request, _, state) => ({
  results: once(request.resources, identity).map(({resourceType, resourceName, configurationKeys}) => {
    let configs: Described[] = [];
    const refused = refusedAs(() => {
      const all =
        resourceType === resource.topic
          ? describeTopic(topicNamed(state.topics, resourceName, '').config)
          : describeBroker(resourceType, resourceName, state);
      // Without a name all are asked for, as with none said at all.
      const wanted = configurationKeys?.length ? new Set(configurationKeys) : null;
      configs = wanted ? all.filter(({name}) => wanted.has(name)) : all;
    });
    return {
      ...refused,
      // Success has words for this API alone: empty ones.
      errorMessage: refused.errorCode === 0 ? '' : refused.errorMessage,
      resourceType,
      resourceName,
      configs: request.includeSynonyms ? configs : configs.map(each => ({...each, synonyms: []})),
    };
  }),
}));

function topicNamed(topics: Topics, name: string, missing = `The topic '${name}' does not exist.`): Topic {
  checkTopicName(name);
  const topic = topics.get(name);
  if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', missing);
  return topic;
}

function alterable(
  topics: Topics,
  type: number,
  name: string,
  configs: readonly {readonly name: string; readonly value: string | null}[],
  mayBeNull: (config: never) => boolean,
): Topic {
  if (new Set(configs.map(each => each.name)).size < configs.length) {
    throw new Refusal('INVALID_REQUEST', 'Error due to duplicate config keys');
  }
  const withoutValue = configs.filter(each => each.value === null && !mayBeNull(each as never));
  if (withoutValue.length > 0) {
    const names = withoutValue.map(each => each.name).join(',');
    throw new Refusal('INVALID_REQUEST', `Null value not supported for : ${names}`);
  }
  if (type === resource.topic) {
    if (name === '') throw new Refusal('INVALID_REQUEST', 'Default topic resources are not allowed.');
    return topicNamed(topics, name);
  }
  if (!otherResources.has(type)) throw new Refusal('INVALID_REQUEST', `Unknown resource type ${type}`);
  throw new Refusal('INVALID_REQUEST', 'Only settings of topics can be altered in the embedded broker.');
}

export const answerAlterConfigs = answer(alterConfigs, (request, _, {topics}) => ({
  responses: request.resources.map(({resourceType, resourceName, configs}) => ({
    resourceType,
    resourceName,
    ...refusedAs(() => {
      const topic = alterable(topics, resourceType, resourceName, configs, () => false);
      const values = new Map<string, string>();
      for (const {name, value} of configs) {
        checkConfig(name, value!);
        values.set(name, value!);
      }
      if (!request.validateOnly) topic.config.replace(values);
    }),
  })),
}));

const operation = {set: 0, delete: 1, append: 2, subtract: 3} as const;

export const answerIncrementalAlterConfigs = answer(incrementalAlterConfigs, (request, _, {topics}) => ({
  responses: request.resources.map(({resourceType, resourceName, configs}) => ({
    resourceType,
    resourceName,
    ...refusedAs(() => {
      const topic = alterable(
        topics,
        resourceType,
        resourceName,
        configs,
        ({configOperation}: {configOperation: number}) => configOperation === operation.delete,
      );
      const values = new Map(topic.config.overrides);
      for (const {name, configOperation, value} of configs) {
        const altered = alter(topic.config, values, name, configOperation, value);
        if (altered === null) values.delete(name);
        else {
          checkConfig(name, altered);
          values.set(name, altered);
        }
      }
      if (!request.validateOnly) topic.config.replace(values);
    }),
  })),
}));

/** The new value, or null for the default. */
function alter(
  config: TopicConfig,
  values: ReadonlyMap<string, string>,
  name: string,
  wanted: number,
  value: string | null,
): string | null {
  if (wanted === operation.delete) return null;
  if (wanted === operation.set) return value;
  if (wanted !== operation.append && wanted !== operation.subtract) {
    throw new Refusal('INVALID_REQUEST', `No operation ${wanted}.`);
  }
  checkKnown(name);
  if (knownConfigs[name]!.type !== 'list') {
    const word = wanted === operation.append ? 'APPEND' : 'SUBTRACT';
    throw new Refusal('INVALID_CONFIG', `Can't ${word} to key ${name} because its type is not LIST.`);
  }
  const given = value!.split(',');
  const before = (values.get(name) ?? config.value(name)).split(',').filter(each => each !== '');
  if (wanted === operation.append) return [...new Set([...before, ...given])].join(',');
  return before.filter(each => !given.includes(each)).join(',');
}
