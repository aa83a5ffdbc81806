"""What confluent-kafka asserts of a broker; the last line is "done" when all of it held.

Arguments: brokers, and the part: produce_and_consume or admin.
"""

import sys
import time
import uuid

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
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


{"produce_and_consume": produce_and_consume, "admin": admin_calls}[sys.argv[2]]()
print("done")
