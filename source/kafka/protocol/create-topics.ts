import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {errorTypeOf, Refused} from './errors.ts';
import {type OwnRequest, send} from './send.ts';
import type {Api} from './versions.ts';

export type NewTopic = {
  readonly topic: string;
  /** −1: the broker's default, from version 4 on (KIP-464, Kafka 2.4). */
  readonly partitions: number;
  readonly replicationFactor: number;
};

/** From this version on, the broker's defaults can be asked for. */
export const firstWithDefaults = 4;

/** From 1 on with the broker's own words for an error. */
export const createTopicsApi: Api = {
  key: 19,
  name: 'CreateTopics',
  oldest: 2,
  newest: 7,
  flexibleFrom: 5,
};

/** Creates one topic; null: done, else what the broker says against it. */
export function createTopic(
  controller: Broker,
  topic: NewTopic,
  brokerTimeout: number,
): Promise<Refused | null> {
  return send(controller, createTopicsRequest(topic, brokerTimeout));
}

export function createTopicsRequest(topic: NewTopic, brokerTimeout: number): OwnRequest<Refused | null> {
  return {
    api: createTopicsApi,
    write(writer) {
      writer.array([topic], ({topic: name, partitions, replicationFactor}) => {
        writer.string(name).int32(partitions).int16(replicationFactor);
        writer.array([], () => {}); // assignments: the broker's choice
        writer.array([], () => {}); // configuration
        writer.tags();
      });
      writer.int32(brokerTimeout).boolean(false); // not only validated
    },
    read(reader, version) {
      reader.int32(); // throttle time
      const answers = reader.array(() => {
        reader.string();
        if (version >= 7) reader.uuid();
        const type = errorTypeOf(reader.int16());
        const reason = reader.nullableString();
        if (version >= 5) {
          reader.int32(); // partitions
          reader.int16(); // replication factor
          reader.array(() => {
            reader.string();
            reader.nullableString();
            reader.boolean();
            reader.int8();
            reader.boolean();
            reader.tags();
          });
        }
        reader.tags();
        return type === null ? null : new Refused(type, reason);
      });
      return answers[0] ?? null;
    },
    requestTimeout: brokerTimeout + 5000,
  };
}
