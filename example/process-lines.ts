/**
 * Processing code that runs on and is spoken to by lines (Node.js 22.18 or newer runs TypeScript):
 *
 *     kafka-notify consume --topic notifications --exec-lines 'node example/process-lines.ts'
 *
 * Each line on stdin is one message as JSON: topic, partition, offset (text), timestamp, attempt, key, headers, value.
 * Each is answered by one line on stdout, in order:
 *
 *     {"status": "ok"}
 *     {"status": "failed", "error": "no such user", "permanent": true}
 *
 * Print anything else to stderr: it is kept with the message. At the end of stdin, end.
 */
import {createInterface} from 'node:readline';

type Notification = {readonly type?: string; readonly to?: string; readonly reason?: string};
type Message = {readonly partition: number; readonly offset: string; readonly value: Notification | null};

class Permanent extends Error {}

async function processMessage({value, partition, offset}: Message): Promise<void> {
  if (value === null) return;
  if (value.type === 'fail') throw new Error(value.reason ?? 'the notification asked to fail');
  if (typeof value.to !== 'string') throw new Permanent('there is nobody to notify: "to" is missing');
  // Send the e-mail, the SMS or the push here.
  console.error(`${value.type} to ${value.to} (${partition}@${offset})`);
}

async function answerTo(line: string): Promise<object> {
  try {
    await processMessage(JSON.parse(line));
    return {status: 'ok'};
  } catch (error) {
    const {name, message} = error as Error;
    return {status: 'failed', name, error: message, permanent: error instanceof Permanent};
  }
}

for await (const line of createInterface({input: process.stdin})) {
  process.stdout.write(`${JSON.stringify(await answerTo(line))}\n`);
}
