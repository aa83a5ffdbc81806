"""Processing code that runs on and is spoken to by lines:

    kafka-notify consume --topic notifications --exec-lines 'python3 example/process_lines.py'

Each line on stdin is one message as JSON: topic, partition, offset (text), timestamp, attempt, key, headers, value.
Each is answered by one line on stdout, in order, flushed:

    {"status": "ok"}
    {"status": "failed", "error": "no such user", "permanent": true}

Print anything else to stderr: it is kept with the message. At the end of stdin, end.
"""

import json
import sys


class Permanent(Exception):
    """Trying again cannot help."""


def process(message):
    notification = message["value"]
    if notification is None:  # A tombstone, Kafka's null.
        return
    if notification.get("type") == "fail":
        raise RuntimeError(notification.get("reason", "the notification asked to fail"))
    if not isinstance(notification.get("to"), str):
        raise Permanent('there is nobody to notify: "to" is missing')
    # Send the e-mail, the SMS or the push here. A message can come again: use topic, partition and offset as its identity.
    position = f"{message['partition']}@{message['offset']}"
    print(f"{notification.get('type')} to {notification['to']} ({position})", file=sys.stderr, flush=True)


def answer(line):
    try:
        process(json.loads(line))
        return {"status": "ok"}
    except Exception as error:
        permanent = isinstance(error, Permanent)
        return {"status": "failed", "name": type(error).__name__, "error": str(error), "permanent": permanent}


for line in sys.stdin:
    print(json.dumps(answer(line)), flush=True)
