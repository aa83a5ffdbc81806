import type {Fetched} from '../../../source/flow/fetched-queue.ts';
import type {Message} from '../../../source/flow/message.ts';

export const topic = 'notifications';

export function message(partition: number, offset: bigint | number, value = '{}'): Message {
  return {
    topic,
    partition,
    offset: BigInt(offset),
    timestamp: 0,
    timestampType: 'create-time',
    key: null,
    value: Buffer.from(value),
    headers: [],
  };
}

/** A fetch of `offsets`, asked for at `from` (the first offset unless given), covering up to `next`. */
export function fetched(
  partition: number,
  offsets: readonly number[],
  next?: number,
  from?: number,
): Fetched {
  return {
    messages: offsets.map(offset => message(partition, offset)),
    from: BigInt(from ?? offsets[0]!),
    next: BigInt(next ?? offsets.at(-1)! + 1),
    bytes: offsets.length * 100,
  };
}
