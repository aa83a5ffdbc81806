import {expect, it} from 'vitest';
import {type BrokerUnderTest, describeOnBrokers} from '../../contract/support/brokers.ts';
import {run, start} from '../../support/program.ts';
import {handlerFile, type Opened, open} from '../support/stories.ts';
import type {Terminal} from '../support/terminal.ts';

const each = 4;

describeOnBrokers('going back and step by step', broker => {
  it('replays one partition from an offset: it is processed again, and the commit stays', async () => {
    const {terminal, topic, group} = await processed(broker);
    terminal.press('B');
    await terminal.waitFor('8 messages come again, from 0@0 (now 4), 1@0 (now 4)');
    terminal.type('2');
    await terminal.waitFor('4 messages come again, from 0@2 (now 4), 1@2 (now 4)');
    terminal.press('down');
    await terminal.waitFor(/again, from 0@2 \(now 4\) *$/m);
    terminal.press('down');
    await terminal.waitFor('2 messages come again, from 1@2 (now 4)');
    terminal.press('enter');
    await terminal.waitFor('Replaying 2 messages; the commit stays.');
    await terminal.waitFor('✓ 10 ');
    await broker.produce(topic, [{partition: 1, value: '{"type":"new"}'}]);
    await terminal.waitFor(/✓ committed +1@4 .* new/);
    await terminal.waitFor('✓ 11 ');
    expect(await broker.committed(group, topic)).toEqual(['4', '5']);
  });

  it('says that it replays, and what was committed stays although it is left in the middle', async () => {
    const {terminal, topic, group} = await processed(broker);
    terminal.press('o');
    await terminal.waitFor('STEP BY STEP');
    terminal.press('B');
    await terminal.waitFor('8 messages come again');
    terminal.press('enter');
    await terminal.waitFor('↺ replaying, commit stays');
    await terminal.waitFor('flow · 2 wait');
    terminal.press('.');
    await terminal.waitFor('✓ 9 ');
    terminal.press('q');
    expect((await terminal.exit).code).toBe(0);
    expect(await broker.committed(group, topic)).toEqual(['4', '4']);
  });

  it('rewinds after a confirmation with the count, and processes exactly that again', async () => {
    const {terminal, topic, group} = await processed(broker);
    terminal.press('B');
    await terminal.waitFor('8 messages come again');
    terminal.type('1');
    await terminal.waitFor('6 messages come again');
    terminal.press('down');
    await terminal.waitFor('3 messages come again, from 0@1 (now 4)');
    await rewinding(terminal);
    await terminal.waitFor('The commit goes back to 0@1 (now 4): 3 messages will be processed again.');
    expect(await broker.committed(group, topic)).toEqual(['4', '4']);
    // Paused by steps, so that the commit that was set can be looked at before it moves on again.
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.join('\n').includes('REWIND the group'));
    terminal.press('o');
    await terminal.waitFor('STEP BY STEP');
    terminal.press('B');
    await terminal.waitFor('8 messages come again');
    terminal.type('1');
    await terminal.waitFor('6 messages come again');
    terminal.press('down');
    await terminal.waitFor('3 messages come again, from 0@1 (now 4)');
    await rewinding(terminal);
    await terminal.waitFor('will be processed again');
    terminal.press('enter');
    await terminal.waitFor('Rewound: 3 messages come again.');
    await terminal.waitFor(/‖ 0@1 +\{"type":"welcome"/);
    expect(await broker.committed(group, topic)).toEqual(['1', '4']);
    terminal.press('o');
    await terminal.waitFor('✓ 11 ');
    await expect.poll(() => broker.committed(group, topic)).toEqual(['4', '4']);
  });

  it('refuses to rewind while somebody else is in the group, and goes on', async () => {
    const {terminal, topic, group} = await processed(broker);
    const other = start(['consume', ...where(broker, topic, group)]);
    await expect.poll(() => other.stderr(), {timeout: 20_000}).toMatch(/In group .* with partitions \d\./);
    await terminal.waitFor(/CONSUMER ● running/);
    terminal.press('B');
    await terminal.waitFor('8 messages come again');
    await rewinding(terminal);
    await terminal.waitFor('will be processed again');
    terminal.press('enter');
    await terminal.waitFor(/has 1 member beside this one \(kafka-notify on /);
    expect(await broker.committed(group, topic)).toEqual(['4', '4']);
    await terminal.waitFor(/CONSUMER ● running/);
    other.child.kill('SIGTERM');
    await other.finished;
  });

  it('holds before each message, plainly visible, and releases one by one', async () => {
    const topic = await broker.freshTopic({partitions: 2});
    const handler = handlerFile('export function processMessage() {}');
    const {terminal, group} = open(broker, topic, ['--handler', handler.path, '--from', 'beginning']);
    await terminal.waitFor('2 partitions');
    terminal.press('4', 'o');
    await terminal.waitFor('STEP BY STEP');
    await terminal.waitFor(/^ STEP /m);
    terminal.press('x');
    await terminal.waitFor(/● running {2}STEP/);
    const now = Date.now();
    await broker.produce(topic, [
      {partition: 1, timestamp: `${now - 3000}`, value: '{"type":"first"}'},
      {partition: 0, timestamp: `${now - 2000}`, value: '{"type":"second"}'},
      {partition: 1, timestamp: `${now - 1000}`, value: '{"type":"third"}'},
    ]);
    await terminal.waitFor('flow · 2 wait');
    await terminal.waitFor(/‖ 1@0 +\{"type":"first"\}/);
    await terminal.waitFor(/✓ 0 /);

    // The oldest of all first.
    terminal.press('.');
    await terminal.waitFor('Released 1@0.');
    await terminal.waitFor(/✓ committed +1@0 .* first/);
    await terminal.waitFor(/‖ 1@1 +\{"type":"third"\}/);
    terminal.press('.');
    await terminal.waitFor(/✓ committed +0@0 .* second/);
    await terminal.waitFor('flow · 1 waits');
    await terminal.waitFor(/✓ 2 /);
    expect(await broker.committed(group, topic)).toEqual(['1', '1']);

    terminal.press('o');
    await terminal.waitFor(/✓ committed +1@1 .* third/);
    await terminal.waitFor(screen => !screen.join('\n').includes('STEP BY STEP'));
  });
});

function where(broker: BrokerUnderTest, topic: string, group: string): string[] {
  return ['--brokers', broker.bootstrap(), '--topic', topic, '--group', group];
}

/** A running consumer that has processed and committed all of two partitions of four messages each. */
async function processed(broker: BrokerUnderTest): Promise<Opened> {
  const topic = await broker.freshTopic({partitions: 2});
  const opened = open(broker, topic, ['--from', 'beginning']);
  const {terminal, group} = opened;
  const messages = Array.from({length: 2 * each}, (_, at) => ({
    partition: at % 2,
    value: `{"type":"welcome","n":${at >> 1}}`,
  }));
  await broker.produce(topic, messages);
  const before = await run(['consume', ...where(broker, topic, group), '--from', 'beginning', '--until-end']);
  expect(before.code).toBe(0);
  await terminal.waitFor('2 partitions');
  terminal.press('x');
  await terminal.waitFor('✓ 8 ');
  await terminal.waitFor(/lag 0/);
  return opened;
}

/** Chooses to rewind in the sheet, and goes on. */
async function rewinding(terminal: Terminal): Promise<void> {
  terminal.press('tab');
  await terminal.waitFor(() => terminal.isInverted(' rewind: sets it '));
  terminal.press('enter');
}
