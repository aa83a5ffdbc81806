"""Processing code as a program that is run once for each message:

    kafka-notify consume --topic notifications --exec 'python3 example/process.py'

The value is on stdin, the rest in KAFKA_TOPIC, KAFKA_PARTITION, KAFKA_OFFSET, KAFKA_KEY, KAFKA_ATTEMPT and more.
Exit 0: processed. Exit 75: it may work when tried again. Any other: failed for good. The last line on stderr is the reason.
"""

import json
import os
import sys

TRY_AGAIN = 75


def process(notification):
    if notification.get("type") == "fail":
        print(notification.get("reason", "the notification asked to fail"), file=sys.stderr)
        sys.exit(TRY_AGAIN)
    if not isinstance(notification.get("to"), str):
        sys.exit('there is nobody to notify: "to" is missing')
    # Send the e-mail, the SMS or the push here.
    position = f"{os.environ['KAFKA_PARTITION']}@{os.environ['KAFKA_OFFSET']}"
    print(f"{notification.get('type')} to {notification['to']} ({position})")


value = sys.stdin.read()
if value:  # Empty: a tombstone, Kafka's null.
    process(json.loads(value))
