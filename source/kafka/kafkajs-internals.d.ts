/**
 * The parts of KafkaJS 2.2.4 (pinned exactly) that its public interface does not reach and that the flow's rules need:
 * commits bound to one generation, offsets that are never reset behind our back, requests whose bytes are known to have
 * been written or not. Types are written down by hand from its source.
 */
declare module 'kafkajs/src/consumer/offsetManager/index.js' {
  import type {GroupDescription} from 'kafkajs';

  export type RawRequest = {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      /** Of a request of our own (`own-requests`), instead of KafkaJS's `encode`: what follows the client id, piece by piece. */
      pieces(): readonly Buffer[];
      /** Called just before the bytes are written. */
      onWriting?(): void;
    };
    readonly response: {
      /** The answer's bytes after the correlation id. */
      decode(payload: Buffer): Promise<unknown>;
      parse(data: unknown): Promise<unknown>;
    };
    /** ms after which KafkaJS gives the request up; a later answer is dropped. */
    readonly requestTimeout?: number;
    readonly logResponseError?: boolean;
  };

  export type OfferedVersions = Readonly<Record<number, {minVersion: number; maxVersion: number}>>;

  export type Broker = {
    readonly nodeId: number;
    /** `host:port`. */
    readonly brokerAddress: string;
    /** What the server offers, by API key; null before it is connected. */
    readonly versions: OfferedVersions | null;
    readonly allowAutoTopicCreation: boolean;
    readonly connectionPool: {
      /** One a client, so that what is learned on a connection is known to belong to it. */
      readonly socketFactory: object;
      send(request: RawRequest): Promise<unknown>;
    };
    offsetCommit(request: {
      groupId: string;
      groupGenerationId: number;
      memberId: string;
      retentionTime: number;
      topics: {
        topic: string;
        partitions: {partition: number; offset: string; metadata: string | null}[];
      }[];
    }): Promise<unknown>;
    /** No topics: all that the group has. */
    offsetFetch(request: {
      groupId: string;
      topics: {topic: string; partitions: {partition: number}[]}[];
    }): Promise<{
      responses: {
        topic: string;
        partitions: {partition: number; offset: string; metadata: string | null}[];
      }[];
    }>;
    listGroups(): Promise<{groups: {groupId: string; protocolType: string}[]}>;
    describeGroups(request: {groupIds: string[]}): Promise<{groups: GroupDescription[]}>;
    /** Type 2 is a topic, 4 a broker. */
    describeConfigs(request: {
      resources: {type: number; name: string; configNames: string[]}[];
      includeSynonyms: boolean;
    }): Promise<{resources: {configEntries: {configName: string; configValue: string}[]}[]}>;
  };

  /** What KafkaJS keeps of an answer about metadata. */
  export type KeptMetadata = {
    readonly brokers: readonly {nodeId: number; host: string; port: number; rack: string | null}[];
    readonly clusterId: string | null;
    readonly controllerId: number;
    readonly topicMetadata: readonly {
      topicErrorCode: number;
      topic: string;
      isInternal: boolean;
      partitionMetadata: KeptPartition[];
    }[];
  };

  export type KeptPartition = {
    partitionErrorCode: number;
    partitionId: number;
    leader: number;
    replicas: number[];
    isr: number[];
    offlineReplicas: number[];
  };

  export type Cluster = {
    readonly brokerPool: {
      readonly metadata: KeptMetadata | null;
      metadataExpireAt: number | null;
      /** One that answers now; connects where none does. */
      findConnectedBroker(): Promise<Broker>;
    };
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    isConnected(): boolean;
    getNodeIds(): string[];
    addMultipleTargetTopics(topics: string[]): Promise<void>;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    removeBroker(address: {host: string; port: number}): void;
    findBroker(node: {nodeId: number | string}): Promise<Broker>;
    findControllerBroker(): Promise<Broker>;
    findGroupCoordinator(group: {groupId: string}): Promise<Broker>;
    findTopicPartitionMetadata(topic: string): KeptPartition[];
    findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
    fetchTopicsOffset(
      topics: AskedOffsets[],
    ): Promise<{topic: string; partitions: {partition: number; offset: string}[]}[]>;
  };

  export type AskedOffsets = {
    topic: string;
    partitions: {partition: number}[];
    fromBeginning?: boolean;
    fromTimestamp?: number;
  };

  /** One for each generation of the group that this member is in. */
  export default class OffsetManager {
    readonly cluster: Cluster;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupId: string;
    getCoordinator(): Promise<Broker>;
    commitOffsets(offsets: {
      topics: {
        topic: string;
        partitions: {partition: number; offset: string; metadata: string | null}[];
      }[];
    }): Promise<void>;
    setDefaultOffset(at: {topic: string; partition: number}): Promise<void>;
    clearAllOffsets(): void;
  }
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    waitForPendingRequests(): Promise<void>;
    readonly pending: readonly unknown[];
    /** Sends it now, or once fewer wait for their answers; `resolve` or `reject` is called with what becomes of it. */
    push(request: {
      readonly entry: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        readonly correlationId: number;
        resolve(answer: {readonly payload: Buffer}): void;
        reject(error: Error): void;
      };
      readonly expectResponse: boolean;
      readonly requestTimeout: number | null;
      sendRequest(): void;
    }): void;
    /** What was sent and not answered, by the number of the request. */
    readonly inflight: ReadonlyMap<number, {readonly entry: {readonly apiKey: number}}>;
    scheduleCheckPendingRequests(): void;
    fulfillRequest(answer: {correlationId: number; payload: Buffer; size: number}): void;
    /** ms that the server wants nothing to be sent. */
    maybeThrottle(time: number | null | undefined): void;
  }
}

declare module 'kafkajs/src/network/connection.js' {
  import type {Socket} from 'node:net';
  import type {RawRequest} from 'kafkajs/src/consumer/offsetManager/index.js';
  import type RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

  export default class Connection {
    readonly host: string;
    readonly port: number;
    readonly socketFactory: object;
    readonly socket?: Socket;
    readonly requestQueue: RequestQueue;
    /** The number of the next request. */
    readonly correlationId: number;
    readonly clientId: string;
    /** Set while a token of SASL is waited for. */
    readonly authHandlers: {onSuccess(token: Buffer): void; onError(): void} | null;
    isConnected(): boolean;
    /** Signed in, where that is wanted, and not for too long. */
    isAuthenticated(): boolean;
    failIfNotConnected(): void;
    nextCorrelationId(): number;
    connect(): Promise<true>;
    disconnect(): Promise<true>;
    authenticate(): Promise<void>;
    send(request: RawRequest): Promise<unknown>;
    sendAuthRequest(request: Pick<RawRequest, 'request' | 'response'>): Promise<unknown>;
    processData(bytes: Buffer): void;
    rejectRequests(error: Error): void;
  }
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type {ISocketFactory} from 'kafkajs';

  export default function socketFactory(): ISocketFactory;
}

declare module 'kafkajs/src/broker/index.js' {
  import type {Broker as Connected, KeptMetadata} from 'kafkajs/src/consumer/offsetManager/index.js';

  /** One API's requests by version, as KafkaJS writes them. */
  export type RequestDefinition = {
    readonly versions: readonly string[];
    protocol(chosen: {version: number}): unknown;
  };

  export type BrokerMethods = Connected & {
    lookupRequest: (apiKey: number, definition: RequestDefinition) => unknown;
    isConnected(): boolean;
    connect(): Promise<void>;
    metadata(topics?: readonly string[]): Promise<KeptMetadata>;
  };

  const Broker: {readonly prototype: BrokerMethods};
  export default Broker;
}

declare module 'kafkajs/src/cluster/brokerPool.js' {
  import type {Broker, KeptMetadata} from 'kafkajs/src/consumer/offsetManager/index.js';

  export default class BrokerPool {
    readonly brokers: Readonly<Record<string, Broker>>;
    readonly metadata: KeptMetadata | null;
    metadataExpireAt: number | null;
    versions: unknown;
    findBroker(node: {nodeId: number | string}): Promise<Broker>;
    refreshMetadata(topics: readonly string[]): Promise<void>;
    withBroker<Result>(
      act: (found: {nodeId: string; broker: Broker}) => Promise<Result>,
    ): Promise<Result | null>;
  }
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type {Cluster} from 'kafkajs/src/consumer/offsetManager/index.js';

  export default class ConsumerGroup {
    readonly cluster: Cluster;
    /** What the assigners that the consumer was made with have made. */
    readonly assigners: readonly object[];
    /** Throws where partitions were added since the group met. */
    checkForStaleAssignment(): void;
    /** Batches that KafkaJS hands over to the consumer's own code. */
    fetch(nodeId: string): Promise<unknown[]>;
    /** Gets what a fetch from one broker failed with; what it throws ends all fetching. */
    recoverFromFetch(error: Error): Promise<void>;
  }
}

declare module 'kafkajs/src/cluster/index.js' {
  import type {Cluster as Connected} from 'kafkajs/src/consumer/offsetManager/index.js';

  export type ClusterMethods = Connected & {readonly targetTopics: Set<string>};

  const Cluster: {readonly prototype: ClusterMethods};
  export default Cluster;
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: {
    createErrorFromCode(
      code: number,
    ): Error & {readonly type: string; readonly code: number; readonly retriable: boolean};
    readonly errorCodes: readonly {readonly type: string; readonly code: number}[];
  };
  export default errors;
}

declare module 'kafkajs/src/protocol/requests/leaveGroup/v3/response.js' {
  export type LeftGroup = {
    readonly errorCode: number;
    readonly members: readonly {readonly errorCode: number}[];
  };
  const response: {parse(answer: LeftGroup): Promise<LeftGroup>};
  export default response;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    readonly buffer: Buffer;
    offset: number;
    constructor(buffer: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readDouble(): number;
    readVarInt(): number;
    readUVarInt(): number;
    readVarLong(): unknown;
    readString(): string | null;
    readVarIntString(): string | null;
    readUVarIntString(): string | null;
    readBytes(length?: number): Buffer | null;
    readVarIntBytes(): Buffer | null;
    readUVarIntBytes(): Buffer | null;
    readArray<Item>(read: (decoder: Decoder) => Item): Item[];
    readVarIntArray<Item>(read: (decoder: Decoder) => Item): Item[];
    readUVarIntArray<Item>(read: (decoder: Decoder) => Item): Item[] | null;
    readArrayAsync<Item>(read: (decoder: Decoder) => Promise<Item>): Promise<Item[]>;
    forward(size: number): void;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/v0/decoder.js' {
  import type {RecordBatchEntry} from 'kafkajs';
  import type Decoder from 'kafkajs/src/protocol/decoder.js';

  /** Message format v2; unpacks with the registered codecs. */
  export default function decodeRecordBatch(
    decoder: Decoder,
  ): Promise<{readonly records: RecordBatchEntry[]}>;
}
