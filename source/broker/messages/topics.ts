import {Api} from '../codec/api.ts';
import {
  bool,
  int8,
  int16,
  int32,
  list,
  listOf,
  listOfOrNull,
  listOrNull,
  text,
  textOrNull,
  uuid,
} from '../codec/fields.ts';

export const createTopics = new Api('CreateTopics', {
  key: 19,
  versions: [2, 7],
  flexible: 5,
  request: {
    topics: list({
      name: text(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: list({
        partitionIndex: int32(),
        brokerIds: listOf(int32()),
      }),
      configs: list({
        name: text(),
        value: textOrNull(0, {default: ''}),
      }),
    }),
    timeoutMs: int32({default: 60000}),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    topics: list({
      name: text(),
      topicId: uuid({since: 7}),
      errorCode: int16(),
      errorMessage: textOrNull(0, {default: ''}),
      topicConfigErrorCode: int16({since: 5, tag: 0}),
      numPartitions: int32({since: 5, default: -1}),
      replicationFactor: int16({since: 5, default: -1}),
      configs: listOrNull(
        5,
        {
          name: text({since: 5}),
          value: textOrNull(5, {since: 5, default: ''}),
          readOnly: bool({since: 5}),
          configSource: int8({since: 5, default: -1}),
          isSensitive: bool({since: 5}),
        },
        {since: 5},
      ),
    }),
  },
});

export const deleteTopics = new Api('DeleteTopics', {
  key: 20,
  versions: [1, 6],
  flexible: 4,
  request: {
    topics: list(
      {
        name: textOrNull(6, {since: 6}),
        topicId: uuid({since: 6}),
      },
      {since: 6},
    ),
    topicNames: listOf(text(), {until: 5}),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32(),
    responses: list({
      name: textOrNull(6, {default: ''}),
      topicId: uuid({since: 6}),
      errorCode: int16(),
      errorMessage: textOrNull(5, {since: 5}),
    }),
  },
});

export const createPartitions = new Api('CreatePartitions', {
  key: 37,
  versions: [0, 3],
  flexible: 2,
  request: {
    topics: list({
      name: text(),
      count: int32(),
      assignments: listOrNull(0, {
        brokerIds: listOf(int32()),
      }),
    }),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    results: list({
      name: text(),
      errorCode: int16(),
      errorMessage: textOrNull(0),
    }),
  },
});

export const describeConfigs = new Api('DescribeConfigs', {
  key: 32,
  versions: [1, 4],
  flexible: 4,
  request: {
    resources: list({
      resourceType: int8(),
      resourceName: text(),
      configurationKeys: listOfOrNull(0, text()),
    }),
    includeSynonyms: bool(),
    includeDocumentation: bool({since: 3}),
  },
  response: {
    throttleTimeMs: int32(),
    results: list({
      errorCode: int16(),
      errorMessage: textOrNull(0, {default: ''}),
      resourceType: int8(),
      resourceName: text(),
      configs: list({
        name: text(),
        value: textOrNull(0, {default: ''}),
        readOnly: bool(),
        configSource: int8({default: -1}),
        isSensitive: bool(),
        synonyms: list({
          name: text(),
          value: textOrNull(0, {default: ''}),
          source: int8(),
        }),
        configType: int8({since: 3}),
        documentation: textOrNull(0, {since: 3, default: ''}),
      }),
    }),
  },
});

export const alterConfigs = new Api('AlterConfigs', {
  key: 33,
  versions: [0, 2],
  flexible: 2,
  request: {
    resources: list({
      resourceType: int8(),
      resourceName: text(),
      configs: list({
        name: text(),
        value: textOrNull(0, {default: ''}),
      }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    responses: list({
      errorCode: int16(),
      errorMessage: textOrNull(0, {default: ''}),
      resourceType: int8(),
      resourceName: text(),
    }),
  },
});

export const incrementalAlterConfigs = new Api('IncrementalAlterConfigs', {
  key: 44,
  versions: [0, 1],
  flexible: 1,
  request: {
    resources: list({
      resourceType: int8(),
      resourceName: text(),
      configs: list({
        name: text(),
        configOperation: int8(),
        value: textOrNull(0, {default: ''}),
      }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    responses: list({
      errorCode: int16(),
      errorMessage: textOrNull(0, {default: ''}),
      resourceType: int8(),
      resourceName: text(),
    }),
  },
});
