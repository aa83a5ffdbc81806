"""What confluent-kafka asserts of a broker; the last line is "done" when all of it held.

Arguments: brokers, and the part: produce_and_consume, admin, transactions or consume_process_produce.
"""

import sys
import time
import uuid

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

brokers = sys.argv[1]
admin = AdminClient({"bootstrap.servers": brokers})


def result(futures):
    """The only future's result, whatever its key."""
    (future,) = futures.values()
    return future.result(20)


def fresh_topic(partitions):
    topic = f"confluent-{uuid.uuid4()}"
    result(admin.create_topics([NewTopic(topic, partitions, 1)]))
    return topic


def publish(topic, count, **settings):
    delivered = []
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5, **settings})
    for index in range(count):
        producer.produce(
            topic,
            value=f"v{index}",
            key=f"k{index}",
            headers={"h": b"\xff\x00"},
            partition=index % 2,
            on_delivery=lambda error, message: delivered.append(
                (error, message.partition(), message.offset())
            ),
        )
    assert producer.flush(20) == 0
    assert all(error is None for error, _, _ in delivered), delivered
    offsets = sorted((partition, offset) for _, partition, offset in delivered)
    # Without an acknowledgement nobody knows the offset.
    assert settings.get("acks") == "0" or len(set(offsets)) == count
    return offsets


def take(consumer, count):
    until = time.monotonic() + 30
    messages = []
    while len(messages) < count:
        assert time.monotonic() < until, f"{len(messages)} of {count}"
        message = consumer.poll(0.2)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
        messages.append(message)
    return messages


def member(group, topic):
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([topic])
    return consumer


def produce_and_consume():
    topic = fresh_topic(2)
    group = f"group-{topic}"
    for settings in (
        {"acks": "0"},
        {"acks": "1", "compression.type": "lz4"},
        {"enable.idempotence": True, "compression.type": "zstd"},
        {"enable.idempotence": True, "compression.type": "gzip"},
    ):
        publish(topic, 50, **settings)
    consumer = member(group, topic)
    messages = take(consumer, 200)
    for message in messages:
        assert message.headers() == [("h", b"\xff\x00")]
        assert message.key()[1:] == message.value()[1:]
    for partition in (0, 1):
        assert [m.offset() for m in messages if m.partition() == partition] == list(range(100))
    # Less than all is committed: the next member starts there.
    places = [TopicPartition(topic, 0, 40), TopicPartition(topic, 1, 90)]
    consumer.commit(offsets=places, asynchronous=False)
    assert [p.offset for p in consumer.committed(places)] == [40, 90]
    assert consumer.get_watermark_offsets(TopicPartition(topic, 0)) == (0, 100)
    consumer.close()
    again = member(group, topic)
    behind = take(again, 70)
    assert min(m.offset() for m in behind if m.partition() == 0) == 40
    assert min(m.offset() for m in behind if m.partition() == 1) == 90
    at = again.offsets_for_times([TopicPartition(topic, 0, behind[0].timestamp()[1])])
    assert at[0].offset >= 0
    again.close()


def admin_calls():
    topic = fresh_topic(2)
    group = f"group-{topic}"
    try:
        result(admin.create_topics([NewTopic(topic, 1, 1)]))
        raise AssertionError("a topic was created twice")
    except KafkaException as error:
        assert error.args[0].name() == "TOPIC_ALREADY_EXISTS", error
    assert topic in admin.list_topics(timeout=10).topics
    result(admin.create_partitions([NewPartitions(topic, 3)]))
    assert len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == 3
    cluster = admin.describe_cluster().result(20)
    assert len(cluster.nodes) == 1

    resource = ConfigResource(ResourceType.TOPIC, topic)
    assert result(admin.describe_configs([resource]))["retention.ms"].value == "604800000"
    changed = ConfigResource(ResourceType.TOPIC, topic)
    changed.add_incremental_config(
        ConfigEntry("retention.ms", "5000", incremental_operation=AlterConfigOpType.SET)
    )
    result(admin.incremental_alter_configs([changed]))
    assert result(admin.describe_configs([resource]))["retention.ms"].value == "5000"

    publish(topic, 20)
    first = TopicPartition(topic, 0)
    assert result(admin.list_offsets({first: OffsetSpec.latest()})).offset == 10
    result(admin.delete_records([TopicPartition(topic, 0, 4)]))
    assert result(admin.list_offsets({first: OffsetSpec.earliest()})).offset == 4

    consumer = member(group, topic)
    take(consumer, 16)
    consumer.commit(asynchronous=False)
    described = result(admin.describe_consumer_groups([group]))
    assert described.state.name == "STABLE" and len(described.members) == 1, described.state
    assert len(described.members[0].assignment.topic_partitions) == 3
    consumer.close()
    listed = admin.list_consumer_groups().result(20)
    assert group in [each.group_id for each in listed.valid] and not listed.errors
    wanted = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 6)])
    result(admin.alter_consumer_group_offsets([wanted]))
    asked = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0), TopicPartition(topic, 1)])
    told = result(admin.list_consumer_group_offsets([asked])).topic_partitions
    assert [each.offset for each in told] == [6, 10], told
    result(admin.delete_consumer_groups([group]))
    assert group not in [each.group_id for each in admin.list_consumer_groups().result(20).valid]
    result(admin.delete_topics([topic]))
    assert topic not in admin.list_topics(timeout=10).topics


def transactional(transactional_id, **settings):
    producer = Producer(
        {"bootstrap.servers": brokers, "transactional.id": transactional_id, "linger.ms": 5, **settings}
    )
    producer.init_transactions(20)
    return producer


def reader(topic, isolation):
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"reader-{uuid.uuid4()}",
            "auto.offset.reset": "earliest",
            "isolation.level": isolation,
            "enable.partition.eof": True,
        }
    )
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    return consumer


def values(topic, isolation):
    """All that there is for such a reader, up to its end of the partition."""
    consumer = reader(topic, isolation)
    until = time.monotonic() + 30
    found = []
    while True:
        assert time.monotonic() < until, found
        message = consumer.poll(0.2)
        if message is None:
            continue
        if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
            consumer.close()
            return found
        assert not message.error(), message.error()
        found.append(message.value().decode())


def write(producer, topic, names):
    for name in names:
        producer.produce(topic, value=name, partition=0)


def transactions():
    topic = fresh_topic(1)
    producer = transactional(f"id-{topic}", **{"compression.type": "lz4"})
    producer.begin_transaction()
    write(producer, topic, ["a1", "a2"])
    producer.commit_transaction(20)
    producer.begin_transaction()
    write(producer, topic, ["b1", "b2"])
    assert producer.flush(20) == 0
    # Still open: who reads committed records ends before it, whoever takes all has it.
    assert values(topic, "read_committed") == ["a1", "a2"]
    assert values(topic, "read_uncommitted") == ["a1", "a2", "b1", "b2"]
    producer.abort_transaction(20)
    producer.begin_transaction()
    write(producer, topic, ["c1"])
    producer.commit_transaction(20)
    assert values(topic, "read_committed") == ["a1", "a2", "c1"]
    assert values(topic, "read_uncommitted") == ["a1", "a2", "b1", "b2", "c1"]

    # A second one under the same id ends what the first left open, and the first is out.
    producer.begin_transaction()
    write(producer, topic, ["d1"])
    assert producer.flush(20) == 0
    second = transactional(f"id-{topic}")
    second.begin_transaction()
    write(second, topic, ["e1"])
    second.commit_transaction(20)
    try:
        producer.commit_transaction(20)
        raise AssertionError("a producer that was put out committed")
    except KafkaException as error:
        assert error.args[0].fatal(), error
    assert values(topic, "read_committed") == ["a1", "a2", "c1", "e1"]

    # One that takes too long is aborted by the broker; librdkafka says so and can only abort or end.
    slow = transactional(f"slow-{topic}", **{"transaction.timeout.ms": 1000})
    slow.begin_transaction()
    write(slow, topic, ["f1"])
    assert slow.flush(20) == 0
    # Apache Kafka looks for such ones every ten seconds.
    until = time.monotonic() + 30
    while end_of(topic, IsolationLevel.READ_COMMITTED) < end_of(topic, IsolationLevel.READ_UNCOMMITTED):
        assert time.monotonic() < until
        time.sleep(0.1)
    try:
        slow.commit_transaction(20)
        raise AssertionError("a transaction was committed after its time")
    except KafkaException as error:
        assert error.args[0].txn_requires_abort() or error.args[0].fatal(), error
    assert values(topic, "read_committed") == ["a1", "a2", "c1", "e1"]


def end_of(topic, isolation):
    told = admin.list_offsets({TopicPartition(topic, 0): OffsetSpec.latest()}, isolation_level=isolation)
    return result(told).offset


def consume_process_produce():
    source, target = fresh_topic(2), fresh_topic(1)
    group = f"group-{source}"
    publish(source, 60)
    # Every second round is aborted, and its messages are taken again.
    consumer = member(group, source)
    producer = transactional(f"id-{source}")
    done, rounds = 0, 0
    while done < 60:
        rounds += 1
        messages = take(consumer, min(20, 60 - done))
        producer.begin_transaction()
        for message in messages:
            producer.produce(target, value=message.value(), partition=0)
        positions = [each for each in consumer.position(consumer.assignment()) if each.offset >= 0]
        producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata(), 20)
        assert producer.flush(20) == 0
        if rounds % 2 == 1:
            producer.abort_transaction(20)
            committed = consumer.committed(consumer.assignment(), timeout=20)
            for place in committed:
                consumer.seek(TopicPartition(source, place.partition, max(0, place.offset)))
        else:
            producer.commit_transaction(20)
            done += len(messages)
    assert sorted(values(target, "read_committed")) == sorted(f"v{n}" for n in range(60))
    assert len(values(target, "read_uncommitted")) > 60
    committed = consumer.committed([TopicPartition(source, 0), TopicPartition(source, 1)], timeout=20)
    assert sum(place.offset for place in committed) == 60, committed
    consumer.close()


{
    "produce_and_consume": produce_and_consume,
    "admin": admin_calls,
    "transactions": transactions,
    "consume_process_produce": consume_process_produce,
}[sys.argv[2]]()
print("done")
