import {setTimeout as pause} from 'node:timers/promises';
import Broker, {type BrokerMethods, type RequestDefinition} from 'kafkajs/src/broker/index.js';
import BrokerPool from 'kafkajs/src/cluster/brokerPool.js';
import Cluster, {type ClusterMethods} from 'kafkajs/src/cluster/index.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import type {AskedOffsets, KeptMetadata} from 'kafkajs/src/consumer/offsetManager/index.js';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import kafkaErrors from 'kafkajs/src/protocol/error.js';
import {fetchByOurselves} from './fetching/group-fetch.ts';
import {guardConnections} from './guarded-connection.ts';
import {readLeaveGroupInOrder} from './leave-group-answer.ts';
import {sendOwnRequests} from './own-requests.ts';
import {askMetadata, type Metadata} from './protocol/metadata.ts';
import {chooseVersion} from './protocol/versions.ts';
import {checkServer} from './server-age.ts';
import {nameOf} from './server-needs.ts';
import {serversOf} from './sockets.ts';
import {topicOffsets} from './topic-offsets.ts';

/**
 * What KafkaJS 2.2.4 (pinned exactly, and not maintained) does otherwise than it should, put right in one place: each
 * with its reason. Applied once, before KafkaJS is used.
 */
export function patchKafkaJS(): void {
  if (isPatched) return;
  isPatched = true;
  sendOwnRequests();
  guardConnections();
  readLeaveGroupInOrder();
  restWhenIdle();
  waitTogetherForAnswers();
  keepWhatIsKnownWithErrors();
  askEachServerForItsVersions();
  takeMetadataPartitionByPartition();
  lookAgainSoonForLeaders();
  askOnlyTheLed();
  tryTheNextBroker();
  waitForTheCoordinator();
  fetchFromTheOthers();
  fetchByOurselves();
}

let isPatched = false;

/**
 * KafkaJS re-arms a timer of a negative time for ever, even with nothing to send: it costs 2 % of a core when idle, and a
 * warning on newer versions of Node. It is needed only while requests wait.
 */
function restWhenIdle(): void {
  const {scheduleCheckPendingRequests} = RequestQueue.prototype;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
  };
}

/**
 * Each `disconnect` of a connection waits for its unanswered requests with a listener of its own. Where a broker dies,
 * everybody who meets the error disconnects, and after ten of them Node warns of a leak on stderr. They wait together.
 */
function waitTogetherForAnswers(): void {
  const {waitForPendingRequests} = RequestQueue.prototype;
  const waiting = new WeakMap<RequestQueue, Promise<void>>();
  RequestQueue.prototype.waitForPendingRequests = function (this: RequestQueue) {
    const answered =
      waiting.get(this) ?? waitForPendingRequests.call(this).finally(() => waiting.delete(this));
    waiting.set(this, answered);
    return answered;
  };
}

/**
 * What answers is remembered by its client; an error of a connection takes along what its client knows: whoever explains
 * it judges by that.
 */
function keepWhatIsKnownWithErrors(): void {
  const {rejectRequests} = Connection.prototype;
  Connection.prototype.rejectRequests = function (this: Connection, error: Error) {
    Object.defineProperty(error, 'servers', {value: serversOf(this), configurable: true});
    rejectRequests.call(this, error);
  };
  const {send} = Connection.prototype;
  Connection.prototype.send = async function (this: Connection, raw) {
    const answer = await send.call(this, raw);
    if (!beforeSigningIn.has(raw.request.apiKey)) serversOf(this).spoke(`${this.host}:${this.port}`);
    return answer;
  };
}

/** SaslHandshake, ApiVersions, SaslAuthenticate: answered also to those who are not served. */
const beforeSigningIn = new Set([17, 18, 36]);

/**
 * KafkaJS takes what the first server offers for what all offer, which is wrong while a cluster is being upgraded; and
 * of a server that is too old for this tool, or lacks an API, it would not tell before a request fails.
 */
function askEachServerForItsVersions(): void {
  const {refreshMetadata} = BrokerPool.prototype;
  BrokerPool.prototype.refreshMetadata = function (this: BrokerPool, topics) {
    this.versions = null;
    // Without a topic of its own, KafkaJS asks for all that there are, only to know the nodes.
    return refreshMetadata.call(this, topics.length === 0 ? noTopics : topics);
  };
  const {connect} = Broker.prototype;
  Broker.prototype.connect = async function (this: BrokerMethods) {
    await connect.call(this);
    checkServer(this, serversOf(this.connectionPool));
    this.lookupRequest = (key, definition) => chooseOfKafkaJS(this, key, definition);
  };
  // A connection is of use once it is known what the server offers. KafkaJS lets a second request have it before: that
  // one finds no versions, and would be told that the server offers nothing. `connect` waits for the first.
  const {isConnected} = Broker.prototype;
  Broker.prototype.isConnected = function (this: BrokerMethods) {
    return this.versions !== null && this.versions !== undefined && isConnected.call(this);
  };
}

/** KafkaJS looks at the newest version that is offered only, and sends to a server that has given up the old ones what it will cut. */
function chooseOfKafkaJS(broker: BrokerMethods, key: number, definition: RequestDefinition): unknown {
  const written = definition.versions.map(Number);
  const api = {key, name: nameOf(key), oldest: Math.min(...written), newest: Math.max(...written)};
  return definition.protocol({version: chooseVersion(broker, api)});
}

const noTopics: readonly string[] = Object.freeze([]);

/**
 * KafkaJS knows Metadata up to version 6, and makes of one partition without a leader, or of one sick topic among several, an
 * error for all. The answer of our own request is put in its place, with the errors where they belong. A topic that was
 * asked for alone still fails with its own error.
 */
function takeMetadataPartitionByPartition(): void {
  Broker.prototype.metadata = async function (this: BrokerMethods, topics = []) {
    const asked = topics === noTopics ? [] : topics.length === 0 ? null : topics;
    const found = keptFrom(await askMetadata(this, asked, {mayCreate: this.allowAutoTopicCreation}));
    const [only] = found.topicMetadata;
    if (asked?.length === 1 && only && only.topicErrorCode !== 0)
      throw kafkaErrors.createErrorFromCode(only.topicErrorCode);
    return found;
  };
  const {addMultipleTargetTopics} = Cluster.prototype;
  Cluster.prototype.addMultipleTargetTopics = async function (this: ClusterMethods, topics) {
    await addMultipleTargetTopics.call(this, topics);
    for (const {topic, topicErrorCode} of this.brokerPool.metadata?.topicMetadata ?? []) {
      if (topicErrorCode === 0 || !topics.includes(topic)) continue;
      this.targetTopics.delete(topic);
      throw kafkaErrors.createErrorFromCode(topicErrorCode);
    }
  };
}

function keptFrom({brokers, clusterId, controllerId, topics}: Metadata): KeptMetadata {
  return {
    brokers: brokers.map(({node: nodeId, host, port, rack}) => ({nodeId, host, port, rack})),
    clusterId,
    controllerId: controllerId ?? -1,
    topicMetadata: topics.map(({name: topic, errorType, isInternal, partitions}) => ({
      topicErrorCode: codeOf(errorType),
      topic,
      isInternal,
      partitionMetadata: partitions.map(({partition, leader, replicas, inSync, errorType}) => ({
        partitionErrorCode: codeOf(errorType),
        partitionId: partition,
        leader: leader ?? -1,
        replicas: [...replicas],
        isr: [...inSync],
        offlineReplicas: [],
      })),
    })),
  };
}

function codeOf(errorType: string | null): number {
  if (errorType === null) return 0;
  return kafkaErrors.errorCodes.find(({type}) => type === errorType)?.code ?? -1;
}

/**
 * A partition without a leader is looked at again soon, and not only when all that is known has grown old (30 s): it
 * comes back by itself when its node does.
 */
function lookAgainSoonForLeaders(): void {
  const {refreshMetadata} = BrokerPool.prototype;
  BrokerPool.prototype.refreshMetadata = async function (this: BrokerPool, topics) {
    await refreshMetadata.call(this, topics);
    const isLeaderless = (this.metadata?.topicMetadata ?? []).some(({partitionMetadata}) =>
      partitionMetadata.some(({leader}) => leader < 0),
    );
    if (isLeaderless)
      this.metadataExpireAt = Math.min(this.metadataExpireAt ?? 0, Date.now() + leaderlessMaxAge);
  };
}

/** ms */
const leaderlessMaxAge = 1000;

/**
 * KafkaJS takes −1 for a node that leads, and does not find it; and of the offsets of a topic's partitions it knows
 * all or none.
 */
function askOnlyTheLed(): void {
  const {findLeaderForPartitions} = Cluster.prototype;
  Cluster.prototype.findLeaderForPartitions = function (this: ClusterMethods, topic, partitions) {
    const {'-1': _none, ...led} = findLeaderForPartitions.call(this, topic, partitions);
    return led;
  };
  Cluster.prototype.fetchTopicsOffset = async function (this: ClusterMethods, asked: AskedOffsets[]) {
    return Promise.all(
      asked.map(async ({topic, partitions, fromBeginning, fromTimestamp}) => {
        const wanted = partitions.map(({partition}) => partition);
        const time = fromTimestamp ?? (fromBeginning ? -2 : -1);
        const offsets = await topicOffsets(this, topic, wanted, time);
        return {
          topic,
          partitions: [...offsets].map(([partition, offset]) => ({partition, offset: offset.toString()})),
        };
      }),
    );
  };
}

/**
 * KafkaJS fails where the first broker that it tries is away, though it means to try one after the other; and where all
 * have refused, it keeps their reason to itself.
 */
function tryTheNextBroker(): void {
  BrokerPool.prototype.withBroker = async function (this: BrokerPool, act) {
    let failure: unknown = null;
    for (const nodeId of shuffled(Object.keys(this.brokers))) {
      try {
        return await act({nodeId, broker: await this.findBroker({nodeId})});
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== null) throw failure;
    throw Object.assign(new Error('No broker is known'), {name: 'KafkaJSBrokerNotFound'});
  };
}

/**
 * A cluster whose first group this is makes the topic that keeps groups first, and a node that has just taken groups over
 * loads them: KafkaJS gives up after a second and a half, as it is set up here.
 */
function waitForTheCoordinator(): void {
  const {findGroupCoordinator} = Cluster.prototype;
  Cluster.prototype.findGroupCoordinator = async function (this: ClusterMethods, group) {
    const until = Date.now() + coordinatorPatience;
    for (;;) {
      try {
        return await findGroupCoordinator.call(this, group);
      } catch (error) {
        if (!isOnItsWay(error) || Date.now() >= until) throw error;
      }
    }
  };
}

/** ms; less than our own deadlines, so that what is heard at the end is the broker's reason. */
const coordinatorPatience = 7000;

/** KafkaJS has tried for a while already when this is asked. */
function isOnItsWay(error: unknown): boolean {
  const {type, cause, originalError} = error as {type?: string; cause?: unknown; originalError?: unknown};
  if (type === 'GROUP_COORDINATOR_NOT_AVAILABLE' || type === 'GROUP_LOAD_IN_PROGRESS') return true;
  return [cause, originalError].some(inner => inner instanceof Error && inner !== error && isOnItsWay(inner));
}

/**
 * A node that cannot be reached ends KafkaJS's fetching from all others, and after four tries the whole consumer: a
 * cluster takes longer than that to give the node up and choose other leaders. While another node is connected, only the
 * one waits, and its leaders are asked for anew.
 */
function fetchFromTheOthers(): void {
  const {recoverFromFetch} = ConsumerGroup.prototype;
  ConsumerGroup.prototype.recoverFromFetch = async function (this: ConsumerGroup, error: Error) {
    if (!unreachable.has(error.name) || !this.cluster.isConnected())
      return recoverFromFetch.call(this, error);
    this.cluster.brokerPool.metadataExpireAt = null;
    await pause(unreachablePause);
  };
}

const unreachable = new Set(['KafkaJSConnectionError', 'KafkaJSRequestTimeoutError', 'KafkaJSLockTimeout']);
/** ms */
const unreachablePause = 250;

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map(item => ({item, at: Math.random()}))
    .sort((left, right) => left.at - right.at)
    .map(({item}) => item);
}
