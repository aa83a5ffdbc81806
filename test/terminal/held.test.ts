import {expect, it} from 'vitest';
import {deadLetterTopic} from '../../source/flow/dead-letter-topic.ts';
import {describeOnBrokers} from '../contract/support/brokers.ts';
import {readLetters} from './support/letters.ts';
import {handlerFile, type Opened, open, throwsOn} from './support/stories.ts';

describeOnBrokers('a held message on the screen', broker => {
  /** A partition 0 that is held at its second message, with a third behind it, while partition 1 flows. */
  async function held(): Promise<Opened & {handler: ReturnType<typeof handlerFile>}> {
    const topic = await broker.freshTopic({partitions: 2});
    const handler = handlerFile(throwsOn('fail'));
    const args = ['--handler', handler.path, '--retries', '0', '--from', 'beginning'];
    const opened = open(broker, topic, args);
    const {terminal} = opened;
    await terminal.waitFor('2 partitions');
    terminal.press('x');
    await terminal.waitFor('● running');
    await broker.produce(
      topic,
      [
        {partition: 0, value: '{"type":"welcome"}'},
        {partition: 0, value: '{"type":"fail","to":"u-18"}', key: 'u-18'},
        {partition: 0, value: '{"type":"behind"}'},
      ].map(message => ({headers: {}, ...message})),
    );
    await terminal.waitFor(/✗ held +0@1 .* TypeError: there is no recipient/);
    await terminal.waitFor(/… behind +0@2/);
    await terminal.waitFor(/✗ held at 1: TypeError: there is no recipient \(attempt 1\)/);
    await broker.produce(topic, [{partition: 1, value: '{"type":"flows"}'}]);
    await terminal.waitFor(/✓ committed +1@0 .* flows/);
    expect(await broker.committed(opened.group, topic)).toEqual(['1', '1']);
    terminal.press('h');
    await terminal.waitFor(/▸✗ held +0@1/);
    return {...opened, handler};
  }

  it('is retried with the mended handler, and the committed offset jumps over what waited behind', async () => {
    const {terminal, topic, group, handler} = await held();
    terminal.press('r');
    await terminal.waitFor('Trying 0@1 again.');
    await terminal.waitFor(/✗ held +0@1 .* 2\/1 /);
    // One message failed, however often it was tried.
    await terminal.waitFor(/✗ 1 /);
    handler.save(throwsOn('nothing'));
    await terminal.waitFor('was saved and is loaded anew');
    terminal.press('r');
    await terminal.waitFor(/✓ committed +0@1/);
    await terminal.waitFor(/✓ committed +0@2/);
    await terminal.waitFor(/held 0$/m);
    expect(await broker.committed(group, topic)).toEqual(['3', '1']);
  });

  it('is skipped with a reason, which is asked for', async () => {
    const {terminal, topic, group} = await held();
    terminal.press('s');
    await terminal.waitFor('SKIP 0@1 for good');
    terminal.press('enter');
    await terminal.waitFor('A skip needs a reason.');
    terminal.type('sent by hand');
    await terminal.waitFor(/reason +sent by hand/);
    expect(await broker.committed(group, topic)).toEqual(['1', '1']);
    terminal.press('enter');
    await terminal.waitFor(/↷ skipped ✓ +0@1 .*sent by hand/);
    await terminal.waitFor(/✓ committed +0@2/);
    expect(await broker.committed(group, topic)).toEqual(['3', '1']);
  });

  it('stays held when the skip is given up', async () => {
    const {terminal, topic, group} = await held();
    terminal.press('s');
    await terminal.waitFor('SKIP 0@1 for good');
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.join('').includes('SKIP'));
    await terminal.waitFor(/✗ held +0@1/);
    expect(await broker.committed(group, topic)).toEqual(['1', '1']);
  });

  it('is dead-lettered, with the bytes and where they came from', async () => {
    const {terminal, topic, group} = await held();
    terminal.press('d');
    await terminal.waitFor(/→ to dlt ✓ +0@1/);
    await terminal.waitFor(/✓ committed +0@2/);
    expect(await broker.committed(group, topic)).toEqual(['3', '1']);
    const [letter] = await readLetters(broker, deadLetterTopic(topic)!, 1);
    expect(letter).toMatchObject({partition: 0, key: 'u-18', value: '{"type":"fail","to":"u-18"}'});
    expect(letter!.headers['kafka_dlt-original-topic']).toBe(topic);
    expect(letter!.headers['kafka_dlt-exception-message']).toBe('there is no recipient');
  });

  it('is edited and republished, and counts as replaced once the new one is acknowledged', async () => {
    const {terminal, topic, group} = await held();
    terminal.press('2');
    await terminal.waitFor('Ctrl+F format');
    terminal.type('"my own draft"');
    await terminal.waitFor('valid · 14 bytes');
    terminal.press('esc');
    await terminal.waitFor('q quit');
    terminal.press('4', 'h', 'e');
    await terminal.waitFor('replaces 0@1: Ctrl+S republishes');
    await terminal.waitFor(/1 \{"type":"fail","to":"u-18"\}/);
    terminal.press('ctrl+u');
    terminal.press('ctrl+k');
    await terminal.waitFor('empty: write JSON here');
    terminal.type('{"type":"mended","to":"u-18"}');
    await terminal.waitFor('valid · 29 bytes');
    expect(await broker.committed(group, topic)).toEqual(['1', '1']);
    terminal.press('ctrl+s');
    await terminal.waitFor(/⇄ replaced ✓ +0@1 .* by 0@3/);
    await terminal.waitFor(/✓ committed +0@3 .*mended/);
    await terminal.waitFor(/1 "my own draft"/);
    expect(await broker.committed(group, topic)).toEqual(['4', '1']);
  });

  it('whose dead letter cannot be written goes on by the policy, in sight, and when it can be it is', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: '{}'}, {value: 'no JSON'}, {value: '{}'}]);
    // A compacted topic takes no message without a key.
    const dlt = {topic: `${topic}-dlt`, numPartitions: 1};
    const configEntries = [{name: 'cleanup.policy', value: 'compact'}];
    await broker.admin().createTopics({topics: [{...dlt, configEntries}]});
    const args = ['--from', 'beginning', '--on-failure', 'dead-letter'];
    const {terminal, group} = open(broker, topic, args);
    await terminal.waitFor(/not consumed/);
    terminal.press('x');
    await terminal.waitFor(/→ dlt in \d+ s +0@1 .*dead letter again in \d+ s/);
    await terminal.waitFor(/held at 1: dead letter again in \d+ s/);
    await broker.admin().alterConfigs({
      validateOnly: false,
      resources: [{type: 2, name: dlt.topic, configEntries: [{name: 'cleanup.policy', value: 'delete'}]}],
    });
    await terminal.waitFor(/→ to dlt ✓ +0@1/, 60_000);
    await terminal.waitFor(/✓ committed +0@2/);
    expect(await broker.committed(group, topic)).toEqual(['3']);
  }, 120_000);

  it('goes with its topic: a bad message of the new topic at its place is another one', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, [{value: '{"n":0}'}, {value: 'the old one'}, {value: '{"n":2}'}]);
    const {terminal} = open(broker, topic, ['--from', 'beginning']);
    await terminal.waitFor(/not consumed/);
    terminal.press('x');
    await terminal.waitFor(/✗ held +0@1/);
    await broker.admin().deleteTopics({topics: [topic]});
    const make = () =>
      broker.admin().createTopics({topics: [{topic, numPartitions: 1}], waitForLeaders: false});
    await expect.poll(() => make().catch(() => false), {timeout: 15_000, interval: 200}).toBe(true);
    await terminal.waitFor('position lost', 30_000);
    await terminal.waitFor(/∅ gone +0@1/);
    await terminal.waitFor(/∅ gone +0@2/);
    await broker.produce(topic, [{value: '{"n":0}'}, {value: 'the new one'}]);
    terminal.press('1', 'f');
    await terminal.waitFor('Commits offset 0 of partition 0');
    terminal.press('enter');
    await terminal.waitFor(/✗ held at 1: .*the new one/);
    await terminal.waitFor(screen => screen.filter(row => /(∅ gone|✗ held) +0@1 /.test(row)).length === 2);
    expect(terminal.screen().join('\n')).not.toContain('the old one');
  }, 120_000);
});
