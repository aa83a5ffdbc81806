import {randomBytes} from 'node:crypto';
import type {Socket} from 'node:net';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {startFrameProxy} from '../support/frame-proxy.ts';
import {positions, run, runForText, start} from '../support/program.ts';
import {Terminal} from '../terminal/support/terminal.ts';
import {type Asked, answer, claim, type Face, offers, startStranger} from './support/stranger.ts';

/** What stands where a count is read, in all answers that are asked for first. */
const countless = Buffer.alloc(64);
countless.writeInt32BE(0x7fffffff, 2);

const says = (bytes: (asked: Asked) => Buffer): Face => ({
  asked: (asked, socket) => socket.write(bytes(asked)),
});
/** Sends for as long as it is listened to. */
const floods = (begin: (asked: Asked) => Buffer): Face => ({
  asked(asked, socket) {
    const zeros = Buffer.alloc(1024 * 1024);
    const more = () => {
      while (!socket.destroyed && socket.write(zeros));
    };
    socket.on('drain', more);
    socket.write(begin(asked));
    more();
  },
});

const faces: Readonly<Record<string, Face>> = {
  'a negative length': says(() => claim(-2_147_483_648)),
  'a length of 2': says(() => claim(2, Buffer.alloc(2))),
  'a length of 2 GB': floods(() => claim(2_000_000_000)),
  'a length of 100 MB, for what was asked': floods(asked =>
    claim(100_000_000, answer(asked, Buffer.alloc(0)).subarray(4)),
  ),
  'random bytes': says(() => Buffer.concat([Buffer.from([0xa7]), randomBytes(4096)])),
  'an answer to another question': says(() => answer({correlationId: 1_000_000}, Buffer.alloc(10))),
  'a count of 2³¹': says(asked => answer(asked, countless)),
  'right versions and then nonsense': {
    asked: (asked: Asked, socket: Socket) =>
      socket.write(asked.apiKey === 18 ? offers(asked) : answer(asked, Buffer.alloc(300, 0x7f))),
  },
  'right versions and then nothing at all in each answer': {
    asked: (asked: Asked, socket: Socket) =>
      socket.write(asked.apiKey === 18 ? offers(asked) : answer(asked, Buffer.alloc(64))),
  },
  HTTP: says(() => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')),
  'an alert of TLS': says(() => Buffer.from([0x15, 3, 1, 0, 2, 2, 0x46])),
  'half an answer': says(asked => answer(asked, Buffer.alloc(100)).subarray(0, 50)),
  silence: {},
};

const someJson = join(import.meta.dirname, '..', '..', 'package.json');
const commands: Readonly<Record<string, {readonly args: readonly string[]; readonly code: number}>> = {
  topic: {args: ['topic', 't'], code: 1},
  peek: {args: ['peek', '--topic', 't'], code: 1},
  publish: {args: ['publish', '--topic', 't', someJson], code: 3},
  groups: {args: ['groups'], code: 1},
  consume: {args: ['consume', '--topic', 't', '--from', 'beginning'], code: 1},
  doctor: {args: ['doctor'], code: 1},
};

/** Writes the most memory that the program took at its end, in KiB. */
const tellMemory = `--import=data:text/javascript,process.on('exit',()=>console.error('memory='+process.resourceUsage().maxRSS))`;
/** MiB; about 60 are what it takes to say that nobody listens. */
const mostMemory = 160;

describe('a server that is no Kafka broker', () => {
  it.concurrent.each(Object.entries(faces))(
    'that answers with %s is named by each command',
    async (_, face) => {
      const stranger = await startStranger(face);
      const ended = await Promise.all(
        Object.entries(commands).map(async ([name, {args, code}]) => {
          const began = performance.now();
          const found = await runForText([...args, '--brokers', stranger.address], {
            NODE_OPTIONS: tellMemory,
          });
          return {name, expected: code, ...found, took: performance.now() - began};
        }),
      );
      await stranger.stop();
      for (const {name, expected, code, stdout, stderr, took} of ended) {
        const said = stdout + stderr;
        expect(code, `${name}: ${said}`).toBe(expected);
        expect(said, name).toContain(name === 'doctor' ? '✗' : stranger.address);
        expect(said, name).not.toMatch(/^\s+at |should not|out of range|undefined/m);
        expect(Number(/memory=(\d+)/.exec(stderr)?.[1]) / 1024, name).toBeLessThan(mostMemory);
        expect(took, name).toBeLessThan(45_000);
      }
    },
    90_000,
  );

  it('does not get the interface out of order', async () => {
    const stranger = await startStranger(faces['a count of 2³¹']!);
    onTestFinished(() => stranger.stop());
    const terminal = new Terminal(['--brokers', stranger.address, '--topic', 't'], {columns: 160, rows: 45});
    await terminal.waitFor(/✗ no broker, again in \d+ s/, 30_000);
    await terminal.waitFor(`${stranger.address} does not answer in Kafka's protocol`, 30_000);
    terminal.press('\u0003');
    expect((await terminal.exit).code).toBe(0);
  }, 60_000);
});

it('a flag that there is not is named as text, without what it was given', async () => {
  const {code, stderr} = await runForText([
    'topic',
    't',
    '--un\u001b[31mknown=secret',
    '-q',
    '--multi\nline',
  ]);
  expect(code).toBe(2);
  expect(stderr).toBe('There is no flag --un␛[31mknown, -q, --multi␊line; --help lists them.\n');
});

it('what is damaged on the way ends its connection, and the work goes on', async () => {
  const broker = start(['broker', '--port', '0']);
  onTestFinished(async () => {
    broker.child.kill('SIGTERM');
    await broker.finished;
  });
  const bootstrap = String((await broker.line(line => line.status === 'listening')).bootstrap);
  const values = Array.from({length: 200}, (_, at) => `{"n":${at}}`).join('\n');
  const published = await run(['publish', '--topic', 'damaged', '--lines', '--brokers', bootstrap], {
    stdin: values,
  });
  expect(published.code).toBe(0);
  // Each time another damage: lengths, numbers, counts, the end.
  const damages: readonly ((frame: Buffer) => readonly Buffer[])[] = [
    frame => [claim(-1, frame.subarray(4))],
    frame => [answer({correlationId: 1_000_000}, frame.subarray(8))],
    frame => [frame.subarray(0, 8), Buffer.alloc(frame.length - 8, 0x7f)],
    frame => [frame.fill(0xff, 8)],
    frame => [claim(4, frame.subarray(4, 8))],
  ];
  let isRunning = false;
  let answers = 0;
  let damaged = 0;
  const proxy = await startFrameProxy(bootstrap, () => ({
    answer(frame) {
      if (!isRunning || ++answers % 9 !== 0 || damaged === damages.length) return [frame];
      return damages[damaged++ % damages.length]!(frame);
    },
  }));
  onTestFinished(() => proxy.close());
  const args = ['--topic', 'damaged', '--group', 'g', '--from', 'beginning', '--brokers', proxy.bootstrap];
  const consuming = start(['consume', ...args, '--until-end', '--fault', 'slow=40ms']);
  await consuming.line(line => line.status === 'processed');
  isRunning = true;
  const {code, lines, stderr} = await consuming.finished;
  expect(code, stderr).toBe(0);
  expect(new Set(positions(lines, 'processed')).size).toBe(200);
  expect(stderr).not.toMatch(/^\s+at |should not|out of range/m);
  expect(damaged).toBe(damages.length);
}, 120_000);
