import {expect, it} from 'vitest';
import {deadLetterTopic} from '../../../source/flow/dead-letter-topic.ts';
import {describeOnBrokers} from '../../contract/support/brokers.ts';
import {readLetters} from '../support/letters.ts';
import {handlerFile, type Opened, open} from '../support/stories.ts';

const failing = `export function processMessage({value}) {
  if (value?.type === 'no-recipient') throw new TypeError('there is no recipient');
  if (value?.type === 'too-far') throw new RangeError('the number is too far away');
}`;
const mended = failing.replace("'no-recipient'", "'nothing'");

describeOnBrokers('the workbench’s failure lane', broker => {
  /** Five partitions: 0, 1 and 2 are held by a TypeError, 3 and 4 by a RangeError, each with one message behind. */
  async function fiveHeld(
    columns = 160,
    rows = 45,
  ): Promise<Opened & {handler: ReturnType<typeof handlerFile>}> {
    const topic = await broker.freshTopic({partitions: 5});
    const handler = handlerFile(failing);
    for (let partition = 0; partition < 5; partition++) {
      const type = partition < 3 ? 'no-recipient' : 'too-far';
      await broker.produce(topic, [
        {
          partition,
          key: `u-${partition}`,
          value: JSON.stringify({type, id: 'in-the-value'}),
          headers: {
            ce_id: `first-${partition}`,
            traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
            'content-type': 'application/json',
            'kafka_dlt-original-topic': 'long-ago',
          },
        },
        {partition, key: 'behind', value: '{"type":"welcome"}'},
      ]);
    }
    const args = ['--handler', handler.path, '--retries', '0', '--from', 'beginning'];
    const opened = open(broker, topic, args, {columns, rows});
    const {terminal} = opened;
    await terminal.waitFor(/not consumed/);
    terminal.press('x');
    await terminal.waitFor('✗ 5');
    return {...opened, handler};
  }

  it('lists what fails over all partitions, alike ones together, and mends, skips, dead-letters and replaces it', async () => {
    const {terminal, topic, group, handler} = await fiveHeld();
    terminal.press('F');
    await terminal.waitFor('FAILURES  5 held');
    await terminal.waitFor(/RangeError +2 held/);
    await terminal.waitFor(/TypeError +3 held/);
    await terminal.waitFor(/▸✗ held +3@0 .* 1\/1 +\+1 +u-3 +too-far +the number is too far away/);

    // Into a message and back to the list.
    terminal.press('enter');
    await terminal.waitFor('MESSAGE 3@0');
    terminal.press('esc');
    await terminal.waitFor(/▸✗ held +3@0/);

    // All that failed alike are processed again, once the handler is mended.
    handler.save(mended);
    await terminal.waitFor('was saved and is loaded anew');
    terminal.press('down', 'down');
    await terminal.waitFor(/▸✗ held +0@0/);
    terminal.press('R');
    await terminal.waitFor('Trying 3 messages again that failed with TypeError');
    await terminal.waitFor('FAILURES  2 held');
    await expect
      .poll(() => broker.committed(group, topic), {timeout: 15_000})
      .toEqual(['2', '2', '2', '0', '0']);

    // What the cursor stood on is gone: nothing is chosen until the person chooses.
    await terminal.waitFor(screen => !screen.join('\n').includes('▸'));
    terminal.press('g');
    await terminal.waitFor(/▸✗ held +3@0/);
    terminal.press('s');
    await terminal.waitFor('SKIP 3@0 for good');
    terminal.type('sent by hand');
    await terminal.waitFor(/reason +sent by hand/);
    terminal.press('enter');
    await terminal.waitFor('FAILURES  1 held');
    await expect
      .poll(() => broker.committed(group, topic), {timeout: 15_000})
      .toEqual(['2', '2', '2', '2', '0']);

    // The last one is edited: it gets a new identity, which can be seen and changed before it is published.
    terminal.press('g', 'e');
    await terminal.waitFor('replaces 4@0: Ctrl+S republishes');
    await terminal.waitFor('new ids; those in the value stay');
    await terminal.waitFor(/ce_id: [0-9a-f]{8}-/);
    await terminal.waitFor(`kafka-notify-replaces: ${topic.slice(0, 16)}`);
    expect(terminal.screen().join('\n')).not.toContain('kafka_dlt');
    terminal.press('ctrl+u');
    terminal.press('ctrl+k');
    await terminal.waitFor('empty: write JSON here');
    terminal.type('{"type":"mended","id":"in-the-value"}');
    await terminal.waitFor('valid · 37 bytes');
    terminal.press('ctrl+s');
    await terminal.waitFor(/⇄ replaced ✓ +4@0/);
    await expect
      .poll(() => broker.committed(group, topic), {timeout: 15_000})
      .toEqual(['2', '2', '2', '2', '3']);
    terminal.press('esc');
    await terminal.waitFor('q quit');
    terminal.press('F');
    await terminal.waitFor('Nothing is held, tried again, lost or unreadable.');

    const letter = (await readLetters(broker, topic, 11)).find(({value}) => /mended/.test(value ?? ''));
    expect(letter).toMatchObject({
      partition: 4,
      key: 'u-4',
      value: '{"type":"mended","id":"in-the-value"}',
      headers: {'content-type': 'application/json', 'kafka-notify-replaces': `${topic}/4@0`},
    });
    expect(letter!.headers.ce_id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(letter!.headers.traceparent).toMatch(/^00-(?!0af7)[0-9a-f]{32}-(?!b7ad)[0-9a-f]{16}-01$/);
    expect(Object.keys(letter!.headers)).not.toContain('kafka_dlt-original-topic');
  });

  it('skips and dead-letters all alike, after it said how many', async () => {
    const {terminal, topic, group} = await fiveHeld();
    terminal.press('F');
    await terminal.waitFor(/▸✗ held +3@0/);
    terminal.press('D');
    await terminal.waitFor('DEAD-LETTER 2 messages');
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.join('\n').includes('DEAD-LETTER'));
    await terminal.waitFor('FAILURES  5 held');
    terminal.press('D');
    await terminal.waitFor('DEAD-LETTER 2 messages');
    terminal.press('enter');
    await terminal.waitFor(/FAILURES {2}3 held {2}/);
    terminal.press('g', 'S');
    await terminal.waitFor('SKIP 3 messages for good');
    terminal.type('known');
    await terminal.waitFor(/reason +known/);
    terminal.press('enter');
    await terminal.waitFor('FAILURES  none');
    await expect
      .poll(() => broker.committed(group, topic), {timeout: 15_000})
      .toEqual(['2', '2', '2', '2', '2']);
    const letters = await readLetters(broker, deadLetterTopic(topic)!, 2);
    expect(letters.map(({partition}) => partition).sort()).toEqual([3, 4]);
  });

  it('lets choose which headers an edited message carries', async () => {
    const {terminal} = await fiveHeld();
    terminal.press('F');
    await terminal.waitFor(/▸✗ held +3@0/);
    terminal.press('e');
    await terminal.waitFor('headers 4');
    terminal.press('ctrl+p');
    await terminal.waitFor('COMMANDS');
    terminal.type('headers own');
    await terminal.waitFor('▸                    Headers: carry the original');
    terminal.press('enter');
    await terminal.waitFor('headers 3');
    expect(terminal.screen().join('\n')).not.toContain('traceparent');
    terminal.press('ctrl+p');
    await terminal.waitFor('COMMANDS');
    terminal.type('headers none');
    await terminal.waitFor('Headers: carry none');
    terminal.press('enter');
    await terminal.waitFor('headers 1');
    await terminal.waitFor('kafka-notify-replaces');
  });

  it.each([
    [60, 18],
    [80, 24],
    [120, 30],
    [200, 40],
  ])('tells state, place, attempts and why in %i columns', async (columns, rows) => {
    const {terminal} = await fiveHeld(columns, rows);
    terminal.press('F');
    await terminal.waitFor(/▸✗ held +3@0 .* 1\/1 +\+1 .*the nu/);
    await terminal.waitFor(/TypeError +3 held/);
  });
});
