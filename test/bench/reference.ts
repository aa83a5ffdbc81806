import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import {createBuiltInHandler} from '../../source/handlers/built-in.ts';
import {confluentKafka} from '../kafka/requirements.ts';
import {consumeByFlow} from './consumers.ts';
import {alternate, type Figure} from './figure.ts';
import {filledTopic, partitions} from './topics.ts';

const count = 60_000;
const size = 100;
const rounds = 3;
const script = join(import.meta.dirname, 'reference_loop.py');

/** Consuming with JSON decoded; against the loop that the reference stack's consumers are made of. */
export const reference: Figure = {
  name: 'reference',
  async measure(bootstrap, say) {
    const confluent = confluentKafka();
    if ('reason' in confluent) {
      say(`skipped: ${confluent.reason}`);
      return [];
    }
    say(`${count} messages of ${size} B in ${partitions} partitions …`);
    const topic = await filledTopic(bootstrap, count, size);
    const {ours, theirs} = await alternate(
      {
        ours: async () => {
          const {seconds} = await consumeByFlow(bootstrap, topic, count, createBuiltInHandler());
          return count / seconds;
        },
        theirs: async () => count / (await loop(confluent.python, bootstrap, topic)),
      },
      rounds,
      say,
    );
    return [
      {
        what: 'consume, decode, commit  100 B',
        ours,
        theirs: {name: 'confluent-kafka loop', sample: theirs},
        unit: 'msg/s',
        target: {sign: '≥', value: 2},
      },
    ];
  },
};

function loop(python: string, bootstrap: string, topic: string): Promise<number> {
  const args = [script, bootstrap, `bench-${randomUUID()}`, topic, String(count)];
  const child = spawn(python, args, {stdio: ['ignore', 'pipe', 'inherit']});
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      const seconds = Number(printed);
      if (code === 0 && seconds > 0) resolve(seconds);
      else reject(new Error(`The reference loop ended with ${code}: ${printed}`));
    });
  });
}
