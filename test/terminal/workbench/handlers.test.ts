import {expect, it, onTestFinished} from 'vitest';
import {describeOnBrokers} from '../../contract/support/brokers.ts';
import {ready, type Way, way} from '../../example/ways.ts';
import {open} from '../support/stories.ts';
import type {Terminal} from '../support/terminal.ts';

const email = '{"type":"email.send","to":"user@example.org"}';
const failing = '{"type":"fail","reason":"the provider is away"}';
const nobody = '{"type":"email.send"}';

/** The same notification, each of the five ways: what its attempt shows when it is processed, and when it fails. */
const stories: readonly {
  way: Way;
  /** Rows of the attempt that processed it. */
  processed: readonly (string | RegExp)[];
  /** Rows of the attempt that failed and may be tried again; null: this way knows no such failure. */
  retryable: readonly (string | RegExp)[] | null;
  permanent: readonly (string | RegExp)[];
}[] = [
  {
    way: way('notify.ts'),
    processed: ['printed:', 'email.send to user@example.org (0@0)'],
    retryable: [/Error: the provider is away +notify\.ts:\d+/, '(retryable)'],
    permanent: ['there is nobody to notify', '(permanent)'],
  },
  {
    way: way('process.ts'),
    processed: ['printed:', 'email.send to user@example.org (0@0)'],
    retryable: [/exit 75: .*the provider is away/, '(retryable)'],
    permanent: [/exit 1: .*there is nobody to notify/, '(permanent)'],
  },
  {
    way: way('process-lines.ts'),
    processed: ['printed:', 'email.send to user@example.org (0@0)'],
    retryable: [/Error: the provider is away/, '(retryable)'],
    permanent: ['there is nobody to notify', '(permanent)'],
  },
  {
    way: way('server.ts'),
    processed: [
      /→ POST http:\/\/127\.0\.0\.1:\d+\/hook +45 bytes/,
      '→ Kafka-Offset: 0',
      '← 200 OK',
      '← content-type: text/plain',
      'email.send to user@example.org (0@0)',
    ],
    retryable: [/HTTP 503/, '(retryable)', '← 503 Service Unavailable', 'the provider is away'],
    permanent: [/HTTP 422/, '(permanent)', '← 422', 'there is nobody to notify'],
  },
  {
    way: way('notification.schema.json'),
    processed: ['processed'],
    retryable: null,
    permanent: [/invalid: .*required.*to/, '(permanent)'],
  },
];

describeOnBrokers('processing code on the screen', broker => {
  async function running(chosen: Way, size: {columns?: number; rows?: number} = {}) {
    const topic = await broker.freshTopic({partitions: 1});
    const {args, end} = await ready(chosen);
    onTestFinished(end);
    const {terminal} = open(broker, topic, ['--from', 'beginning', '--retries', '1', ...args], size);
    await terminal.waitFor('not consumed he');
    terminal.press('4', 'x');
    await terminal.waitFor('● running');
    return {terminal, publish: (value: string) => broker.produce(topic, [{partition: 0, value}])};
  }

  /** Opens the newest message and turns to its attempts; runs the looks, and closes it again. */
  async function attempts(terminal: Terminal, position: string, rows: readonly (string | RegExp)[]) {
    terminal.press('G');
    await terminal.waitFor('follow ↓');
    terminal.press('enter');
    await terminal.waitFor(`MESSAGE ${position}`);
    for (const view of ['raw', 'hex', 'headers', 'attempts']) {
      terminal.press('tab');
      await terminal.waitFor(() => terminal.isInverted(` ${view} `));
    }
    for (const expected of rows) await terminal.waitFor(expected);
    const shown = terminal.screen().join('\n');
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.some(row => row.includes(`MESSAGE ${position}`)));
    return shown;
  }

  it.each(stories)(
    '$way.name: outcome, output and every attempt',
    async ({way, processed, retryable, permanent}) => {
      const {terminal, publish} = await running(way);
      await publish(email);
      await terminal.waitFor(/✓ committed +0@0/, 30_000);
      const shown = await attempts(terminal, '0@0', processed);
      expect(shown).toMatch(/1 +\d\d:\d\d:\d\d +(<?\d+ ms|\d+\.\d s) +processed/);

      let held = 1;
      if (retryable) {
        await publish(failing);
        await terminal.waitFor(/✗ held +0@1/, 30_000);
        const both = await attempts(terminal, '0@1', retryable);
        expect(both).toMatch(/1 +\d\d:\d\d:\d\d /);
        expect(both).toMatch(/2 +\d\d:\d\d:\d\d /);
        terminal.press('G', 's');
        await terminal.waitFor('SKIP 0@1');
        terminal.type('seen');
        await terminal.waitFor('reason seen');
        terminal.press('enter');
        await terminal.waitFor(/↷ skipped (✓ )? *0@1/);
        held++;
      }
      await publish(nobody);
      // Trying again cannot help: held at once, after one attempt.
      await terminal.waitFor(new RegExp(`✗ held +0@${held}`), 30_000);
      const once = await attempts(terminal, `0@${held}`, permanent);
      expect(once).not.toMatch(/2 +\d\d:\d\d:\d\d /);
    },
  );

  it.each([
    [60, 16],
    [80, 24],
    [120, 40],
    [200, 50],
  ])('the attempts of a forwarded message can be read at %i columns', async (columns, rows) => {
    const {terminal, publish} = await running(way('server.ts'), {columns, rows});
    await publish(email);
    await terminal.waitFor(/✓ committed +0@0/, 30_000);
    const shown = await attempts(terminal, '0@0', [/1 +\d\d:\d\d:\d\d .*processed/, '→ POST http']);
    for (const row of shown.split('\n')) expect(row.length).toBeLessThanOrEqual(columns);
  });
});
