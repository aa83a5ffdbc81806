"""Processing code behind HTTP:

    python3 example/server.py 3000
    kafka-notify consume --topic notifications --forward http://localhost:3000/hook

The value is the body, the rest stands in Kafka-... headers. 2xx: processed. 408, 429 (with Retry-After) and 5xx: tried
again. Any other status: failed for good. What is answered is kept with the attempt.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def process(value, position):
    if not value:  # A tombstone, Kafka's null.
        return 200, "nothing to do"
    notification = json.loads(value)
    if notification.get("type") == "fail":
        return 503, notification.get("reason", "the notification asked to fail")
    if not isinstance(notification.get("to"), str):
        return 422, 'there is nobody to notify: "to" is missing'
    # Send the e-mail, the SMS or the push here.
    return 200, f"{notification.get('type')} to {notification['to']} ({position})"


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # The connection stays open for the next message.
    wbufsize = -1  # An answer is one packet: in two, the second would wait for the first one's receipt.

    def do_POST(self):
        value = self.rfile.read(int(self.headers["Content-Length"]))
        position = f"{self.headers['Kafka-Partition']}@{self.headers['Kafka-Offset']}"
        status, says = process(value, position)
        body = f"{says}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 3000), Hook)
print(f"listening on http://127.0.0.1:{server.server_port}/hook", flush=True)
server.serve_forever()
