"""Prints what kafka-python writes for messages.json: python write_kafka_python.py > kafka-python.json."""

import base64
import json
import pathlib
import struct

from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.legacy_records import LegacyRecordBatchBuilder

codecs = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
messages = json.loads(pathlib.Path(__file__).with_name("messages.json").read_text())


def decoded(text):
    return None if text is None else base64.b64decode(text)


def written(magic, codec):
    if magic == 2:
        builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 1 << 20)
    else:
        builder = LegacyRecordBatchBuilder(magic, codec, 1 << 20)
    for offset, message in enumerate(messages):
        headers = [(decoded(name).decode(), decoded(value)) for name, value in message["headers"]]
        builder.append(
            offset,
            1_700_000_000_000 + offset,
            decoded(message["key"]),
            decoded(message["value"]),
            headers if magic == 2 else None,
        )
    built = bytearray(builder.build())
    if magic < 2 and codec > 0:
        # A broker gives the one that the others are packed in the last one's offset.
        struct.pack_into(">q", built, 0, len(messages) - 1)
    return bytes(built)


cases = [
    {"name": f"format {magic}, {name}", "bytes": base64.b64encode(written(magic, codec)).decode()}
    for magic in (0, 1, 2)
    for name, codec in codecs.items()
    if codec < 4 or magic == 2
]
print(json.dumps(cases, indent=1))
