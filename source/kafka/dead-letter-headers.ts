import type {DraftHeader} from '../flow/delivery.ts';
import type {Message} from '../flow/message.ts';
import type {Failure} from '../flow/outcome.ts';

/** A stack of a thousand frames helps nobody; Spring's users cap it too. In characters. */
const longestStack = 16_384;

/** As Kafka's own TimestampType names them, and Spring writes them. */
const timestampTypes = {'create-time': 'CreateTime', 'log-append-time': 'LogAppendTime'} as const;

/**
 * The headers of a dead letter in the layout of Spring Kafka's DeadLetterPublishingRecoverer, so that its tools can read
 * ours: the record's own headers in their order, then where it came from (of the first time, if it was a dead letter
 * before) and why it failed (of this time). Numbers are big-endian: the partition 4 bytes, offset and timestamp 8.
 */
export function deadLetterHeaders(message: Message, failure: Failure, group: string): DraftHeader[] {
  const own = message.headers.filter(({name}) => !name.startsWith('kafka_dlt-exception-'));
  const original: DraftHeader[] = [
    {name: 'kafka_dlt-original-topic', value: Buffer.from(message.topic)},
    {name: 'kafka_dlt-original-partition', value: int32(message.partition)},
    {name: 'kafka_dlt-original-offset', value: int64(message.offset)},
    {name: 'kafka_dlt-original-timestamp', value: int64(BigInt(message.timestamp))},
    {name: 'kafka_dlt-original-timestamp-type', value: Buffer.from(timestampTypes[message.timestampType])},
    {name: 'kafka_dlt-original-consumer-group', value: Buffer.from(group)},
  ];
  const present = new Set(own.map(({name}) => name));
  return [
    ...own,
    ...original.filter(({name}) => !present.has(name)),
    {name: 'kafka_dlt-exception-fqcn', value: Buffer.from(failure.name)},
    {name: 'kafka_dlt-exception-message', value: Buffer.from(failure.message)},
    {
      name: 'kafka_dlt-exception-stacktrace',
      value: Buffer.from((failure.stack ?? `${failure.name}: ${failure.message}`).slice(0, longestStack)),
    },
  ];
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
