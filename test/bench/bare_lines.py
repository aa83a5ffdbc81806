"""A program by lines that does next to nothing: it decodes each line and answers it."""

import json
import sys

for line in sys.stdin:
    json.loads(line)
    print('{"status":"ok"}', flush=True)
