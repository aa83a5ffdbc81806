"""What kafka-python asserts of a broker; the last line is "done" when all of it held.

Argument: brokers.
"""

import sys
import time
import uuid

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewPartitions, NewTopic
from kafka.errors import TopicAlreadyExistsError
from kafka.structs import OffsetAndMetadata

brokers = sys.argv[1]
topic = f"kafka-python-{uuid.uuid4()}"
group = f"group-{topic}"
codecs = [None, "gzip", "snappy", "lz4", "zstd"]
each = 20
places = [TopicPartition(topic, partition) for partition in (0, 1)]
admin = KafkaAdminClient(bootstrap_servers=brokers)


def publish(codec, **settings):
    producer = KafkaProducer(
        bootstrap_servers=brokers, acks="all", compression_type=codec, linger_ms=5, **settings
    )
    sent = [
        producer.send(
            topic,
            key=f"k{index}".encode(),
            value=f"{codec} {index} {'ab' * 100}".encode(),
            headers=[("codec", str(codec).encode()), ("codec", b"\xff\x00")],
            partition=index % 2,
        )
        for index in range(each)
    ]
    producer.flush(20)
    offsets = [future.get(20).offset for future in sent]
    assert len({(index % 2, offset) for index, offset in enumerate(offsets)}) == each, offsets
    producer.close()


def member():
    return KafkaConsumer(
        topic,
        bootstrap_servers=brokers,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )


def take(consumer, count):
    messages = []
    until = time.monotonic() + 30
    while len(messages) < count:
        assert time.monotonic() < until, f"{len(messages)} of {count}"
        for found in consumer.poll(timeout_ms=500).values():
            messages.extend(found)
    return messages


def eventually(holds):
    """A broker may tell of a change a moment after it has confirmed it."""
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until, "it never came to hold"
        time.sleep(0.05)


admin.create_topics([NewTopic(topic, 2, 1)])
try:
    admin.create_topics([NewTopic(topic, 2, 1)])
    raise AssertionError("a topic was created twice")
except TopicAlreadyExistsError:
    pass
eventually(lambda: topic in admin.list_topics())

for codec in codecs:
    publish(codec)
publish(None, enable_idempotence=True)
total = (len(codecs) + 1) * each

consumer = member()
messages = take(consumer, total)
for place in places:
    own = [message for message in messages if message.partition == place.partition]
    assert [message.offset for message in own] == list(range(total // 2))
    expected = [
        (f"k{index}".encode(), f"{codec} {index} {'ab' * 100}".encode(), str(codec).encode())
        for codec in [*codecs, None]
        for index in range(each)
        if index % 2 == place.partition
    ]
    assert [(m.key, m.value, m.headers[0][1]) for m in own] == expected
    assert all([name for name, _ in m.headers] == ["codec", "codec"] for m in own)
    assert all(m.headers[1][1] == b"\xff\x00" for m in own)
assert consumer.beginning_offsets(places) == {place: 0 for place in places}
assert consumer.end_offsets(places) == {place: total // 2 for place in places}
at = consumer.offsets_for_times({places[0]: messages[0].timestamp})
assert at[places[0]].offset >= 0
consumer.commit({place: OffsetAndMetadata(45 + place.partition, "noted", -1) for place in places})
consumer.close()

# The next member goes on from what was committed.
again = member()
behind = take(again, total - 91)
for place in places:
    offsets = [m.offset for m in behind if m.partition == place.partition]
    assert offsets == list(range(45 + place.partition, total // 2)), offsets
    assert again.committed(place) == 45 + place.partition
again.close()

admin.create_partitions({topic: NewPartitions(3)})
assert topic in str(admin.describe_log_dirs())
admin.delete_topics([topic])
eventually(lambda: topic not in admin.list_topics())
admin.delete_groups([group])
admin.close()
print("done")
