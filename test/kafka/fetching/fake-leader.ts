import type {Broker, Cluster, RawRequest} from 'kafkajs/src/consumer/offsetManager/index.js';
import {Reader} from '../../../source/kafka/protocol/reader.ts';
import {Writer} from '../../../source/kafka/protocol/writer.ts';
import {encodeRecordBatch} from '../../../source/kafka/record-batch.ts';

type Log = {batches: {from: bigint; bytes: Buffer; count: number}[]; errorCode: number};
type Asked = {readonly partition: number; readonly offset: bigint};

const fetchVersion = 4;

/** One node that leads every partition of a topic, at the edge of the connection: it reads and answers Fetch 4. */
export class FakeLeader {
  readonly #logs = new Map<number, Log>();
  readonly asked: Asked[][] = [];
  /** Called before each answer. */
  beforeAnswer: () => void | Promise<void> = () => {};
  metadataAskedAnew = 0;

  constructor(partitions: readonly number[]) {
    for (const partition of partitions) this.#logs.set(partition, {batches: [], errorCode: 0});
  }

  append(partition: number, values: readonly string[]): void {
    const log = this.#logs.get(partition)!;
    const from = endOf(log);
    const drafts = values.map(value => ({topic: 't', key: null, value: Buffer.from(value), headers: []}));
    const bytes = encodeRecordBatch(drafts, 1000);
    bytes.writeBigInt64BE(from, 0);
    log.batches.push({from, bytes, count: values.length});
  }

  refuse(partition: number, errorCode: number): void {
    this.#logs.get(partition)!.errorCode = errorCode;
  }

  /** Flips a bit in the last byte of a batch, in the log itself. Doing it twice mends it. */
  flip(partition: number, index: number): void {
    const {bytes} = this.#logs.get(partition)!.batches[index]!;
    bytes[bytes.length - 1]! ^= 1;
  }

  get cluster(): Cluster {
    const leader = this;
    const broker = {
      versions: {1: {minVersion: fetchVersion, maxVersion: fetchVersion}},
      brokerAddress: '127.0.0.1:9092',
      connectionPool: {socketFactory: {}, send: (request: RawRequest) => leader.#answer(request)},
    };
    return {
      brokerPool: {
        set metadataExpireAt(_: number | null) {
          leader.metadataAskedAnew++;
        },
      },
      findLeaderForPartitions: (_: string, partitions: number[]) => ({1: partitions}),
      findBroker: async () => broker as unknown as Broker,
    } as unknown as Cluster;
  }

  async #answer({request, response}: RawRequest): Promise<unknown> {
    const asked = this.#read(Buffer.concat(request.pieces()));
    this.asked.push(asked);
    await this.beforeAnswer();
    return response.parse(await response.decode(this.#write(asked)));
  }

  #read(bytes: Buffer): Asked[] {
    const reader = new Reader(bytes, false);
    for (let field = 0; field < 4; field++) reader.int32();
    reader.int8();
    const topics = reader.array(() => {
      reader.string();
      return reader.array(() => {
        const asked = {partition: reader.int32(), offset: reader.int64()};
        reader.int32();
        return asked;
      });
    });
    return topics.flat();
  }

  #write(asked: readonly Asked[]): Buffer {
    const writer = new Writer(false);
    writer.int32(0);
    writer.array(['t'], topic => {
      writer.string(topic);
      writer.array([...asked], ({partition, offset}) => {
        const log = this.#logs.get(partition)!;
        const {batches, errorCode} = log;
        const end = endOf(log);
        const found = batches.filter(({from, count}) => from + BigInt(count) > offset);
        writer.int32(partition).int16(errorCode).int64(end).int64(end);
        writer.array([], () => {});
        writer.bytes(errorCode === 0 ? Buffer.concat(found.map(({bytes}) => bytes)) : Buffer.alloc(0));
      });
    });
    return writer.toBuffer();
  }
}

function endOf({batches}: Log): bigint {
  const last = batches.at(-1);
  return last ? last.from + BigInt(last.count) : 0n;
}
