/**
 * What @platformatic/kafka asserts of a broker; the last line is "done" when all of it held.
 * Arguments: brokers, and the file that the client is loaded from.
 */
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import process from 'node:process';
import {pathToFileURL} from 'node:url';

const [bootstrap, entry] = process.argv.slice(2);
const {Admin, Consumer, Producer, stringDeserializers, stringSerializers} = await import(
  pathToFileURL(entry)
);

const connection = {clientId: 'judge', bootstrapBrokers: [bootstrap], timeout: 20_000};
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const each = 20;
const total = codecs.length * each;
const topic = `platformatic-${randomUUID()}`;
const groupId = `group-${topic}`;
const admin = new Admin(connection);

await admin.createTopics({topics: [topic], partitions: 2, replicas: 1});
await assert.rejects(admin.createTopics({topics: [topic], partitions: 2, replicas: 1}));
await assert.rejects(admin.createPartitions({topics: [{name: topic, count: 3, assignments: []}]}));
await admin.createPartitions({topics: [{name: topic, count: 3}]});
await eventually(async () => (await admin.listTopics()).includes(topic));
await eventually(async () => {
  const {topics} = await admin.metadata({topics: [topic], forceUpdate: true});
  return topics.get(topic).partitionsCount === 3;
});
const producer = new Producer({...connection, serializers: stringSerializers, autocreateTopics: false});
for (const compression of codecs) {
  const messages = Array.from({length: each}, (_, index) => ({
    topic,
    partition: index % 2,
    key: `k${index}`,
    value: `${compression} ${index} ${'ab'.repeat(100)}`,
    headers: {codec: compression},
  }));
  const {offsets} = await producer.send({messages, compression, acks: -1});
  assert.equal(offsets.length, 2);
}
await producer.close();

const expected = partition =>
  codecs.flatMap(codec =>
    Array.from({length: each}, (_, index) => index)
      .filter(index => index % 2 === partition)
      .map(index => [`k${index}`, `${codec} ${index} ${'ab'.repeat(100)}`, codec]),
  );

const first = member();
const read = await take(first, total);
for (const partition of [0, 1]) {
  const own = read.filter(message => message.partition === partition);
  assert.deepEqual(
    own.map(({offset}) => Number(offset)),
    Array.from({length: total / 2}, (_, offset) => offset),
  );
  assert.deepEqual(
    own.map(({key, value, headers}) => [key, value, headers.get('codec')]),
    expected(partition),
  );
}
const offsets = await first.listOffsets({topics: [topic], timestamp: -1n});
assert.deepEqual(offsets.get(topic).slice(0, 2).map(Number), [total / 2, total / 2]);
assert.deepEqual(
  (await first.listOffsets({topics: [topic], timestamp: -2n})).get(topic).slice(0, 2).map(Number),
  [0, 0],
);
await first.commit({
  offsets: [
    {topic, partition: 0, offset: 40n, leaderEpoch: 0},
    {topic, partition: 1, offset: 45n, leaderEpoch: 0},
  ],
});
await first.close(true);

// The next member goes on from what was committed.
const second = member();
const behind = await take(second, 15);
assert.deepEqual(
  [0, 1].map(partition =>
    behind.filter(message => message.partition === partition).map(({offset}) => Number(offset)),
  ),
  [range(40, 50), range(45, 50)],
);
const committed = await second.listCommittedOffsets({topics: [{topic, partitions: [0, 1]}]});
assert.deepEqual(committed.get(topic).map(Number), [40, 45]);
const described = await admin.describeGroups({groups: [groupId]});
assert.equal(described.get(groupId).members.size, 1);
await second.close(true);

const [{results}] = await admin.describeLogDirs({topics: [{name: topic, partitions: [0, 1]}]});
const sizes = results[0].topics[0].partitions.map(({partitionSize}) => Number(partitionSize));
assert.ok(
  sizes.every(size => size > 1000),
  `${sizes}`,
);
await admin.deleteGroups({groups: [groupId]});
assert.ok(!(await admin.listGroups()).has(groupId));
await admin.deleteTopics({topics: [topic]});
await eventually(async () => !(await admin.listTopics()).includes(topic));
await admin.close();
console.log('done');

/** A broker may tell of a change a moment after it has confirmed it. */
async function eventually(holds) {
  const until = Date.now() + 30_000;
  while (!(await holds())) {
    assert.ok(Date.now() < until, `it never came to hold: ${holds}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

function member() {
  return new Consumer({...connection, groupId, deserializers: stringDeserializers, autocommit: false});
}

async function take(consumer, count) {
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
    maxWaitTime: 200,
    sessionTimeout: 10_000,
    heartbeatInterval: 500,
  });
  const messages = [];
  for await (const message of stream) {
    messages.push(message);
    if (messages.length === count) break;
  }
  return messages;
}

function range(from, to) {
  return Array.from({length: to - from}, (_, index) => from + index);
}
