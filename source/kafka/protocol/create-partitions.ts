import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {errorTypeOf, Refused} from './errors.ts';
import {type OwnRequest, send} from './send.ts';
import type {Api} from './versions.ts';

export const createPartitionsApi: Api = {
  key: 37,
  name: 'CreatePartitions',
  oldest: 0,
  newest: 3,
  flexibleFrom: 2,
};

/** Raises a topic to `count` partitions; null: done, else what the broker says against it. */
export function createPartitions(
  controller: Broker,
  topic: string,
  count: number,
  brokerTimeout: number,
): Promise<Refused | null> {
  return send(controller, createPartitionsRequest(topic, count, brokerTimeout));
}

export function createPartitionsRequest(
  topic: string,
  count: number,
  brokerTimeout: number,
): OwnRequest<Refused | null> {
  return {
    api: createPartitionsApi,
    write(writer) {
      writer.array([topic], name => {
        writer.string(name).int32(count);
        writer.array(null, () => {}); // assignments: the broker's choice
        writer.tags();
      });
      writer.int32(brokerTimeout).boolean(false); // not only validated
    },
    read(reader) {
      reader.int32(); // throttle time
      const answers = reader.array(() => {
        reader.string();
        const type = errorTypeOf(reader.int16());
        const reason = reader.nullableString();
        reader.tags();
        return type === null ? null : new Refused(type, reason);
      });
      return answers[0] ?? null;
    },
    requestTimeout: brokerTimeout + 5000,
  };
}
