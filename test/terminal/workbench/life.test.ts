import {expect, it} from 'vitest';
import {describeOnBrokers} from '../../contract/support/brokers.ts';
import {handlerFile, open, throwsOn} from '../support/stories.ts';

const time = String.raw`\d\d:\d\d:\d\d\.\d{3}`;
const ms = String.raw`(<1|\d+) ms|\d+\.\d s`;

describeOnBrokers('one line of life for each message', broker => {
  it('goes from publishing over failed attempts to the commit, and from delivery to message and back', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const handler = handlerFile(throwsOn('fail'));
    const args = ['--handler', handler.path, '--retries', '1', '--from', 'beginning'];
    const {terminal, group} = open(broker, topic, args, {columns: 200, rows: 45});
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('● running');
    terminal.press('2');
    await terminal.waitFor('Ctrl+F format');
    terminal.type('{"type":"fail","to":"u-18"}');
    await terminal.waitFor('valid · 27 bytes');
    terminal.press('ctrl+s');
    await terminal.waitFor(/✓ acknowledged 0@0/);
    await terminal.waitFor(/✗ held +0@0 /);

    terminal.press('esc');
    await terminal.waitFor('Enter its message');
    terminal.press('enter');
    await terminal.waitFor(/▸✗ held +0@0 /);
    terminal.press('enter');
    await terminal.waitFor('MESSAGE 0@0');
    terminal.press('left');
    await terminal.waitFor(
      isLife(
        `published ${time} → acknowledged 0@0 \\(${ms}\\) → received \\(\\+(${ms})\\)` +
          ` → attempt 1 failed TypeError \\((${ms})\\)` +
          ` → attempt 2 after (${ms}) failed TypeError \\((${ms})\\) → held for `,
      ),
    );
    handler.save(throwsOn('nothing'));
    await terminal.waitFor('was saved and is loaded anew');
    terminal.press('r');
    await terminal.waitFor(
      isLife(
        `→ processed (${ms}) \\(\\+(${ms}), attempt 3\\) → committed 1 \\(\\+(${ms})\\) ` +
          `\\d.* from publishing to commit .* of processing in 3 attempts`,
      ),
    );
    expect(await broker.committed(group, topic)).toEqual(['1']);

    for (const [columns, rows] of [
      [120, 40],
      [80, 24],
      [60, 20],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.waitFor(screen => screen[0]!.length <= columns && /MESSAGE 0@0/.test(screen.join('\n')));
      await terminal.waitFor(isLife('published .* → committed 1 .* from publishing to commit'));
    }
    terminal.resize(200, 45);
    terminal.press('P');
    await terminal.waitFor(/▸✓ acknowledged 0@0 .* → committed 1/);
    await terminal.waitFor(/DELIVERIES .*acknowledged p50 .* · |DELIVERIES .*ack .*process .*commit /);
  });

  it('says of a message of somebody else that it was not published here', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal} = open(broker, topic, ['--from', 'beginning']);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('● running');
    await broker.produce(topic, [{partition: 0, value: '{"type":"welcome"}'}]);
    await terminal.waitFor(/✓ committed +0@0/);
    terminal.press('P');
    await terminal.waitFor('0@0 was not published here');
    terminal.press('enter');
    await terminal.waitFor('MESSAGE 0@0');
    terminal.press('left');
    await terminal.waitFor(
      isLife(
        `not published here, its timestamp is ${time} → received ${time}` +
          ` → processed (${ms}) \\(\\+(${ms})\\) → committed 1 \\(\\+(${ms})\\)`,
      ),
    );
  });
});

/** The steps in this order, wherever the line is broken; what stands beside the detail is passed over. */
function isLife(steps: string): (screen: readonly string[]) => boolean {
  const pattern = new RegExp(steps);
  return screen => {
    const top = screen.find(row => row.includes('MESSAGE '));
    if (top === undefined) return false;
    const from = top.indexOf(' MESSAGE ');
    const text = screen
      .slice(screen.indexOf(top) + 3)
      .map(row => row.slice(from).trim())
      .join(' ')
      .replaceAll(/ +/g, ' ');
    return pattern.test(text);
  };
}
