/**
 * Processing code behind HTTP (Node.js 22.18 or newer runs TypeScript):
 *
 *     node example/server.ts 3000
 *     kafka-notify consume --topic notifications --forward http://localhost:3000/hook
 *
 * The value is the body, the rest stands in Kafka-… headers. 2xx: processed. 408, 429 (with Retry-After) and 5xx: tried
 * again. Any other status: failed for good. What is answered is kept with the attempt.
 */
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';

type Answer = {readonly status: number; readonly says: string};

function processNotification(value: string, position: string): Answer {
  // A tombstone: Kafka's null.
  if (value === '') return {status: 200, says: 'nothing to do'};
  const notification = JSON.parse(value);
  if (notification.type === 'fail') {
    return {status: 503, says: notification.reason ?? 'the notification asked to fail'};
  }
  if (typeof notification.to !== 'string') {
    return {status: 422, says: 'there is nobody to notify: "to" is missing'};
  }
  // Send the e-mail, the SMS or the push here.
  return {status: 200, says: `${notification.type} to ${notification.to} (${position})`};
}

const server = createServer(async (request, response) => {
  const {'kafka-partition': partition, 'kafka-offset': offset} = request.headers;
  const {status, says} = processNotification(await text(request), `${partition}@${offset}`);
  response.writeHead(status, {'Content-Type': 'text/plain'}).end(`${says}\n`);
});

server.listen(Number(process.argv[2] ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
});
