/** What processing code outside of this process costs, against the same code without tracking, order or commits. */
import {spawn} from 'node:child_process';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {createHandler} from '../../source/handlers/index.ts';
import {consumeByFlow, eachBatchTo} from './consumers.ts';
import {alternate, type Figure} from './figure.ts';
import {filledTopic, partitions} from './topics.ts';

const size = 100;
const rounds = 3;
const python = ['python3', join(import.meta.dirname, 'bare_lines.py')];

/** A Python program by lines: ours tracks, keeps each partition's order and commits after success; the pipe does none of it. */
export const execLines: Figure = {
  name: 'exec-lines',
  async measure(bootstrap, say) {
    const count = 60_000;
    say(`${count} messages of ${size} B in ${partitions} partitions …`);
    const topic = await filledTopic(bootstrap, count, size);
    const {ours, theirs} = await alternate(
      {
        ours: async () => {
          const handler = await createHandler({kind: 'command-lines', program: python});
          const {seconds} = await consumeByFlow(bootstrap, topic, count, handler);
          await handler.close();
          return count / seconds;
        },
        theirs: async () => count / (await pipe(bootstrap, topic, count)),
      },
      rounds,
      say,
    );
    return [
      {
        what: '--exec-lines, Python  100 B',
        ours,
        theirs: {name: 'bare pipe', sample: theirs},
        unit: 'msg/s',
        target: {sign: '≥', value: 0.5},
        why: 'a partition has one message with the program at a time, so that nothing behind a failure is begun: where other programs want the processors, both sides wait for their turn at each of these exchanges, which a pipe never does',
      },
    ];
  },
};

/** Posting each message: ours in order within its partition and committed after success; the loop as `fetch` goes. */
export const forward: Figure = {
  name: 'forward',
  async measure(bootstrap, say) {
    const count = 12_000;
    say(`${count} messages of ${size} B in ${partitions} partitions …`);
    const topic = await filledTopic(bootstrap, count, size);
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(204).end());
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const {ours, theirs} = await alternate(
      {
        ours: async () => {
          const handler = await createHandler({kind: 'http', url});
          const {seconds} = await consumeByFlow(bootstrap, topic, count, handler);
          await handler.close();
          return count / seconds;
        },
        theirs: async () => count / (await fetchLoop(bootstrap, topic, count, url)),
      },
      rounds,
      say,
    );
    server.closeAllConnections();
    server.close();
    return [
      {
        what: '--forward  100 B',
        ours,
        theirs: {name: 'bare fetch loop', sample: theirs},
        unit: 'msg/s',
        target: {sign: '≥', value: 0.6},
      },
    ];
  },
};

/** KafkaJS's `eachBatch` into the program's stdin, as fast as it takes it; answers are counted. */
async function pipe(bootstrap: string, topic: string, count: number): Promise<number> {
  const child = spawn(python[0]!, python.slice(1), {stdio: ['pipe', 'pipe', 'inherit']});
  let answers = 0;
  const answered = new Promise<void>(resolve => {
    createInterface({input: child.stdout}).on('line', () => {
      if (++answers === count) resolve();
    });
  });
  const seconds = await eachBatchTo(bootstrap, topic, answered, async messages => {
    const lines = messages.map(({value}) => `${value}\n`).join('');
    if (!child.stdin.write(lines)) await new Promise(resolve => child.stdin.once('drain', resolve));
  });
  child.kill();
  return seconds;
}

/** KafkaJS's `eachBatch`, a `fetch` a message, one after the other in as many partitions at once as ours. */
async function fetchLoop(bootstrap: string, topic: string, count: number, url: string): Promise<number> {
  let posted = 0;
  let done!: () => void;
  const finished = new Promise<void>(resolve => {
    done = resolve;
  });
  return eachBatchTo(bootstrap, topic, finished, async messages => {
    for (const {value} of messages) {
      const response = await fetch(url, {
        method: 'POST',
        body: value as Buffer<ArrayBuffer>,
        headers: {'Content-Type': 'application/json'},
      });
      await response.arrayBuffer();
      if (++posted === count) done();
    }
  });
}
