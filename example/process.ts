/**
 * Processing code as a program that is run once for each message (Node.js 22.18 or newer runs TypeScript):
 *
 *     kafka-notify consume --topic notifications --exec 'node example/process.ts'
 *
 * The value is on stdin, the rest in KAFKA_TOPIC, KAFKA_PARTITION, KAFKA_OFFSET, KAFKA_KEY, KAFKA_ATTEMPT and more.
 * Exit 0: processed. Exit 75: it may work when tried again. Any other: failed for good. The last line on stderr is the reason.
 */
import {text} from 'node:stream/consumers';

const tryAgain = 75;
const failed = 1;

function end(code: number, reason: string): never {
  console.error(reason);
  process.exit(code);
}

const {KAFKA_PARTITION, KAFKA_OFFSET} = process.env;
const value = await text(process.stdin);
// A tombstone: Kafka's null.
if (value === '') process.exit(0);
const notification = JSON.parse(value);
if (notification.type === 'fail') end(tryAgain, notification.reason ?? 'the notification asked to fail');
if (typeof notification.to !== 'string') end(failed, 'there is nobody to notify: "to" is missing');
// Send the e-mail, the SMS or the push here.
console.log(`${notification.type} to ${notification.to} (${KAFKA_PARTITION}@${KAFKA_OFFSET})`);
