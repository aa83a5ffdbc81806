import type {KafkaMessage} from 'kafkajs';
import type {Headers, Message} from '../flow/message.ts';

/** What KafkaJS's message object costs in memory besides its bytes; measured, rounded up. */
const overhead = 600;

/** A record as KafkaJS gives it, in the flow's terms. Bytes are not copied. */
class ReceivedMessage implements Message {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;

  constructor(topic: string, partition: number, raw: KafkaMessage) {
    this.topic = topic;
    this.partition = partition;
    this.offset = BigInt(raw.offset);
    this.timestamp = Number(raw.timestamp);
    this.key = raw.key;
    this.value = raw.value;
    this.headers = raw.headers as Headers;
  }
}

/** Converts a batch's messages, and adds up the bytes that they keep alive. */
export function receivedMessages(
  topic: string,
  partition: number,
  raw: readonly KafkaMessage[],
): {messages: Message[]; bytes: number} {
  const messages = new Array<Message>(raw.length);
  let bytes = raw.length * overhead;
  for (let index = 0; index < raw.length; index++) {
    const each = raw[index]!;
    messages[index] = new ReceivedMessage(topic, partition, each);
    bytes += (each.key?.length ?? 0) + (each.value?.length ?? 0);
  }
  return {messages, bytes};
}
