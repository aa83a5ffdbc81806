"""The reference consumer: poll, json.loads, commit each message asynchronously. Prints the seconds from the first
message to the last.

Arguments: brokers, group, topic, number of messages.
"""

import json
import sys
import time

from confluent_kafka import Consumer, KafkaException

brokers, group, topic, count = sys.argv[1:]
left = int(count)
began = None
consumer = Consumer(
    {
        "bootstrap.servers": brokers,
        "group.id": group,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
    }
)
consumer.subscribe([topic])
while left > 0:
    message = consumer.poll(1.0)
    if message is None:
        continue
    if message.error():
        raise KafkaException(message.error())
    if began is None:
        began = time.perf_counter()
    json.loads(message.value())
    consumer.commit(message=message, asynchronous=True)
    left -= 1
print(time.perf_counter() - began)
consumer.close()
