"""The consumer that many start from: confluent-kafka in Python, its offset committed only after success.

    pip install confluent-kafka
    KAFKA_BOOTSTRAP_SERVERS=localhost:9092 TOPIC_NAME=notifications python3 example/consumer.py

The settings come from the environment, else from .env in the working folder, as kafka-notify takes them. It shares the
`range` assignor, so that it can join the group of a running kafka-notify (KAFKA_GROUP_ID) and divide the partitions
with it. A message that fails ends it: it comes again at the next start. Ctrl+C leaves in order.
"""

import json
import os
import signal
import sys
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic


def setting(name, default):
    env_file = Path(".env")
    lines = env_file.read_text().splitlines() if env_file.exists() else []
    pairs = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return os.environ.get(name) or pairs.get(name, default).strip().strip("\"'")


BROKERS = setting("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
TOPIC = setting("TOPIC_NAME", "notifications")
GROUP = setting("KAFKA_GROUP_ID", "notify-python")


def ensure_topic(name):
    """Creates it where it is missing; that somebody else was faster is success too."""
    admin = AdminClient({"bootstrap.servers": BROKERS})
    if name in admin.list_topics(timeout=10).topics:
        return
    try:
        admin.create_topics([NewTopic(name)])[name].result(timeout=10)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def process_message(message):
    if message.value() is None:  # A tombstone.
        return
    notification = json.loads(message.value())
    if notification.get("type") == "fail":
        raise RuntimeError(notification.get("reason", "the notification asked to fail"))
    if not isinstance(notification.get("to"), str):
        raise ValueError('there is nobody to notify: "to" is missing')
    # Send the e-mail, the SMS or the push here.
    position = f"{message.partition()}@{message.offset()}"
    print(f"{notification.get('type')} to {notification['to']} ({position})", flush=True)


def main():
    ensure_topic(TOPIC)
    consumer = Consumer(
        {
            "bootstrap.servers": BROKERS,
            "group.id": GROUP,
            "partition.assignment.strategy": "range",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([TOPIC])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                raise KafkaException(message.error())
            process_message(message)
            consumer.commit(message=message, asynchronous=False)
    except KeyboardInterrupt:
        print("leaving", file=sys.stderr)
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
