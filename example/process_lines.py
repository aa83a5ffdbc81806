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


def process(message):
    value = message["value"]
    if isinstance(value, dict) and value.get("type") == "fail":
        raise ValueError(value.get("reason", "the notification asked to fail"))
    # Send the e-mail, the SMS or the push here. A message can come again: use topic, partition and offset as its identity.


def main():
    for line in sys.stdin:
        try:
            process(json.loads(line))
            answer = '{"status":"ok"}'
        except ValueError as error:
            answer = json.dumps({"status": "failed", "name": type(error).__name__, "error": str(error), "permanent": True})
        except Exception as error:
            answer = json.dumps({"status": "failed", "name": type(error).__name__, "error": str(error)})
        print(answer, flush=True)


if __name__ == "__main__":
    main()
