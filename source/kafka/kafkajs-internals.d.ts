/**
 * The parts of KafkaJS 2.2.4 (pinned exactly) that its public interface does not reach and that the flow's rules need:
 * commits bound to one generation, offsets that are never reset behind our back, requests whose bytes are known to have
 * been written or not. Types are written down by hand from its source.
 */
declare module 'kafkajs/src/consumer/offsetManager/index.js' {
  export type RawRequest = {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      /** Answers an Encoder. Called just before the bytes are written. */
      encode(): Promise<unknown>;
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

  export type Broker = {
    readonly nodeId: number;
    /** `host:port`. */
    readonly brokerAddress: string;
    /** What the server offers, by API key; null before it is connected. */
    readonly versions: Readonly<Record<number, {minVersion: number; maxVersion: number}>> | null;
    readonly connectionPool: {send(request: RawRequest): Promise<unknown>};
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
    describeGroups(request: {groupIds: string[]}): Promise<{
      groups: {
        groupId: string;
        state: string;
        members: {memberId: string; clientId: string; clientHost: string}[];
      }[];
    }>;
    listGroups(): Promise<{groups: {groupId: string; protocolType: string}[]}>;
    offsetFetch(request: {
      groupId: string;
      topics: {topic: string; partitions: {partition: number}[]}[];
    }): Promise<{
      responses: {
        topic: string;
        partitions: {partition: number; offset: string; metadata: string | null}[];
      }[];
    }>;
  };

  export type Cluster = {
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    isConnected(): boolean;
    addMultipleTargetTopics(topics: string[]): Promise<void>;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    removeBroker(address: {host: string; port: number}): void;
    findBroker(node: {nodeId: number | string}): Promise<Broker>;
    findGroupCoordinator(group: {groupId: string}): Promise<Broker>;
    findTopicPartitionMetadata(topic: string): {partitionId: number; leader: number}[];
    findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
    fetchTopicsOffset(
      topics: {
        topic: string;
        partitions: {partition: number}[];
        fromBeginning?: boolean;
        fromTimestamp?: number;
      }[],
    ): Promise<{topic: string; partitions: {partition: number; offset: string}[]}[]>;
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
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    readonly buffer: Buffer;
    writeBuffer(value: Buffer): this;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  export default function crc32C(bytes: Buffer): number;
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: {
    createErrorFromCode(code: number): Error & {readonly type: string; readonly code: number};
  };
  export default errors;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
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

declare module 'kafkajs/src/protocol/messageSet/decoder.js' {
  import type {KafkaMessage} from 'kafkajs';
  import type Decoder from 'kafkajs/src/protocol/decoder.js';

  /** Message formats v0 and v1. */
  export default function decodeMessageSet(decoder: Decoder, size: number): Promise<KafkaMessage[]>;
}
