"""A member of a group by confluent-kafka: one JSON line for each assignment and each message; each message is
committed before the next. Leaves in order at the end of its standard input.

Arguments: brokers, group, topic.
"""

import json
import sys
import threading

from confluent_kafka import Consumer, KafkaException

brokers, group, topic = sys.argv[1:]
leaving = threading.Event()


def wait_for_end_of_input():
    sys.stdin.read()
    leaving.set()


def say(line):
    print(json.dumps(line), flush=True)


threading.Thread(target=wait_for_end_of_input, daemon=True).start()
consumer = Consumer(
    {
        "bootstrap.servers": brokers,
        "group.id": group,
        "partition.assignment.strategy": "range",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 10000,
        "heartbeat.interval.ms": 1000,
    }
)
consumer.subscribe(
    [topic],
    on_assign=lambda _, taken: say({"assigned": sorted(each.partition for each in taken)}),
)
while not leaving.is_set():
    message = consumer.poll(0.1)
    if message is None:
        continue
    if message.error():
        raise KafkaException(message.error())
    json.loads(message.value())
    say({"took": f"{message.partition()}@{message.offset()}"})
    consumer.commit(message=message, asynchronous=False)
consumer.close()
