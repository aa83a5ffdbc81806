/**
 * The parts of KafkaJS 2.2.4 (pinned exactly) that its public interface does not reach and the consumer needs. Types
 * are written down by hand from its source.
 */
declare module 'kafkajs/src/consumer/offsetManager/index.js' {
  export type RawRequest = {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      encode(): Promise<unknown>;
    };
    readonly response: {
      /** The answer's bytes after the correlation id. */
      decode(payload: Buffer): Promise<unknown>;
      parse(data: unknown): Promise<unknown>;
    };
  };

  export type Broker = {
    readonly nodeId: number;
    readonly connectionPool: {send(request: RawRequest): Promise<unknown>};
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
    refreshMetadata(): Promise<void>;
    findBroker(node: {nodeId: number | string}): Promise<Broker>;
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

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    writeInt8(value: number): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: string | number): this;
    writeString(value: string): this;
    writeUVarInt(value: number): this;
    writeUVarIntString(value: string): this;
    writeBufferInternal(value: Buffer): void;
    writeBuffer(value: Buffer): this;
    writeEncoder(encoder: Encoder): this;
  }
}
