import {fetchApi} from './fetch-records.ts';
import {produceApi} from './produce-request.ts';
import {createPartitionsApi} from './protocol/create-partitions.ts';
import {createTopicsApi} from './protocol/create-topics.ts';
import {listOffsetsApi} from './protocol/list-offsets.ts';
import {metadataApi} from './protocol/metadata.ts';
import {type Api, newestOf, type OfferedVersions} from './protocol/versions.ts';

/** An API that this tool uses, and what is not to be had where a server does not offer it. */
type Need = {readonly api: Omit<Api, 'flexibleFrom'>; readonly purpose: string};

/** What KafkaJS 2.2.4 can write of an API. */
const kafkaJS = (key: number, name: string, oldest: number, newest: number) => ({key, name, oldest, newest});

const needs: readonly Need[] = [
  {api: produceApi, purpose: 'publishing'},
  {api: fetchApi, purpose: 'reading messages'},
  {api: listOffsetsApi, purpose: 'first and end offsets, lag, and where to start'},
  {api: metadataApi, purpose: 'all: it tells who leads which partition'},
  {api: kafkaJS(10, 'FindCoordinator', 0, 2), purpose: 'consumer groups'},
  {api: kafkaJS(11, 'JoinGroup', 0, 5), purpose: 'consuming'},
  {api: kafkaJS(14, 'SyncGroup', 0, 3), purpose: 'consuming'},
  {api: kafkaJS(12, 'Heartbeat', 0, 3), purpose: 'consuming'},
  {api: kafkaJS(13, 'LeaveGroup', 0, 3), purpose: 'leaving a group at once'},
  {api: kafkaJS(8, 'OffsetCommit', 0, 5), purpose: 'committing, and rewinding a group'},
  {api: kafkaJS(9, 'OffsetFetch', 1, 4), purpose: 'committed offsets and lag'},
  {api: kafkaJS(16, 'ListGroups', 0, 2), purpose: 'the list of groups'},
  {api: kafkaJS(15, 'DescribeGroups', 0, 2), purpose: 'the members and state of a group'},
  {api: createTopicsApi, purpose: 'creating topics'},
  {api: createPartitionsApi, purpose: 'raising the partitions of a dead-letter topic'},
];

/** The name that Apache gives an API, as far as it is one of these. */
export function nameOf(key: number): string {
  return needs.find(({api}) => api.key === key)?.api.name ?? `API ${key}`;
}

/** What an API is needed for, in the words of who uses the tool. */
export function neededFor(api: string): string {
  return needs.find(each => each.api.name === api)?.purpose ?? 'what was asked';
}

/**
 * What a server lacks of what this tool uses, one sentence each: an API that it does not offer in a version that can be
 * written, and what is missing with it; and what it offers only in part.
 */
export function lacks(versions: Readonly<Record<number, OfferedVersions>>): readonly string[] {
  const missing = needs.flatMap(({api, purpose}) => {
    const offered = versions[api.key];
    if (newestOf(api, offered) !== null) return [];
    const offers = offered
      ? `${api.name} only in versions ${offered.minVersion} to ${offered.maxVersion} (this tool: ${api.oldest} to ${api.newest})`
      : `no ${api.name}`;
    return [`${offers}: needed for ${purpose}`];
  });
  return [...missing, ...(hasTopicIds(versions) ? [] : [withoutIds])];
}

const withoutIds =
  'no topic ids (Metadata 10, Kafka 2.8): a topic deleted and made again is noticed only when its end lies below a position';

function hasTopicIds(versions: Readonly<Record<number, OfferedVersions>>): boolean {
  return (versions[metadataApi.key]?.maxVersion ?? 0) >= 10;
}
