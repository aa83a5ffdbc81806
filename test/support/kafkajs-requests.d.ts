/** How KafkaJS 2.2.4 writes a request: the judge of ours. Written down by hand from its source. */
declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    constructor(initialSize?: number);
    readonly buffer: Buffer;
    buf: Buffer;
    /** How much of `buf` is written. */
    offset: number;
    writeBuffer(value: Buffer): this;
  }
}

declare module 'kafkajs/src/protocol/request.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  /** A whole frame, with its length. */
  export default function createRequest(request: {
    readonly correlationId: number;
    readonly clientId: string;
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      encode(): Promise<Encoder>;
    };
  }): Promise<Encoder>;
}
