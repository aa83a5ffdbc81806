"""What aiokafka asserts of a broker; the last line is "done" when all of it held.

Argument: brokers.
"""

import asyncio
import sys
import time
import uuid

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic

brokers = sys.argv[1]
topic = f"aiokafka-{uuid.uuid4()}"
group = f"group-{topic}"
codecs = [None, "gzip", "snappy", "lz4", "zstd"]
each = 20
total = (len(codecs) + 1) * each
places = [TopicPartition(topic, partition) for partition in (0, 1)]


async def publish(codec, **settings):
    producer = AIOKafkaProducer(
        bootstrap_servers=brokers, acks="all", compression_type=codec, linger_ms=5, **settings
    )
    await producer.start()
    sent = [
        await producer.send(
            topic,
            key=f"k{index}".encode(),
            value=f"{codec} {index} {'ab' * 100}".encode(),
            headers=[("codec", str(codec).encode()), ("codec", b"\xff\x00")],
            partition=index % 2,
        )
        for index in range(each)
    ]
    offsets = [(await future).offset for future in sent]
    assert len({(index % 2, offset) for index, offset in enumerate(offsets)}) == each, offsets
    await producer.stop()


async def member():
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=brokers,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    return consumer


async def take(consumer, count):
    return [await asyncio.wait_for(consumer.getone(), 30) for _ in range(count)]


async def eventually(holds):
    """A broker may tell of a change a moment after it has confirmed it."""
    until = time.monotonic() + 30
    while not await holds():
        assert time.monotonic() < until, "it never came to hold"
        await asyncio.sleep(0.05)


async def main():
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    made = await admin.create_topics([NewTopic(topic, 2, 1)])
    assert [error[1] for error in made.topic_errors] == [0], made
    again = await admin.create_topics([NewTopic(topic, 2, 1)])
    assert [error[1] for error in again.topic_errors] == [36], again
    async def is_listed():
        return topic in await admin.list_topics()

    async def is_gone():
        return not await is_listed()

    await eventually(is_listed)

    for codec in codecs:
        await publish(codec)
    await publish(None, enable_idempotence=True)

    consumer = await member()
    messages = await take(consumer, total)
    for place in places:
        own = [message for message in messages if message.partition == place.partition]
        assert [message.offset for message in own] == list(range(total // 2))
        expected = [
            (f"k{index}".encode(), f"{codec} {index} {'ab' * 100}".encode())
            for codec in [*codecs, None]
            for index in range(each)
            if index % 2 == place.partition
        ]
        assert [(m.key, m.value) for m in own] == expected
        assert all([h[0] for h in m.headers] == ["codec", "codec"] for m in own)
        assert all(m.headers[1][1] == b"\xff\x00" for m in own)
    assert await consumer.beginning_offsets(places) == {place: 0 for place in places}
    assert await consumer.end_offsets(places) == {place: total // 2 for place in places}
    at = await consumer.offsets_for_times({places[0]: messages[0].timestamp})
    assert at[places[0]].offset >= 0
    await consumer.commit({place: 45 + place.partition for place in places})
    await consumer.stop()

    # The next member goes on from what was committed.
    behind = await member()
    rest = await take(behind, total - 91)
    for place in places:
        offsets = [m.offset for m in rest if m.partition == place.partition]
        assert offsets == list(range(45 + place.partition, total // 2)), offsets
        assert await behind.committed(place) == 45 + place.partition
    await behind.stop()

    grown = await admin.create_partitions({topic: NewPartitions(3)})
    assert [error[1] for error in grown.topic_errors] == [0], grown
    assert group in [each[0] for each in await admin.list_consumer_groups()]
    await admin.delete_topics([topic])
    await eventually(is_gone)
    await admin.close()
    print("done")


asyncio.run(main())
