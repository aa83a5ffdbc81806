import {readdirSync} from 'node:fs';
import {dirname} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {describeOnBrokers} from '../../contract/support/brokers.ts';
import {type DamagingProxy, startDamagingProxy} from '../../contract/support/damaging-proxy.ts';
import {open} from '../support/stories.ts';

describeOnBrokers('the workbench before a batch that cannot be read', broker => {
  let proxy: DamagingProxy;

  beforeEach(async () => {
    proxy = await startDamagingProxy(broker.bootstrap());
  });

  afterEach(async () => {
    await proxy.close();
  });

  it('names it, saves its bytes, reads it again, and skips exactly it', async () => {
    const topic = await broker.freshTopic({partitions: 2});
    for (const text of ['good', 'damage-me', 'good'])
      await broker.produce(topic, [{partition: 0, value: JSON.stringify({text})}]);
    await broker.produce(topic, [{partition: 1, value: '{"text":"good"}'}]);
    proxy.damage('damage-me');
    const through = {...broker, bootstrap: () => proxy.bootstrap};
    const {terminal, group} = open(through, topic, ['--from', 'beginning']);
    await terminal.waitFor(/not consumed/);
    terminal.press('x');
    await terminal.waitFor(/✗ 0@1 can't be read: .*CRC.*\(only 1\)/);
    await terminal.waitFor('held 1');
    await expect.poll(() => broker.committed(group, topic), {timeout: 15_000}).toEqual(['1', '1']);

    terminal.press('1', 'w');
    await terminal.waitFor(/bytes are written to/);
    expect(readdirSync(dirname(terminal.stateFolder))).toContain(`kafka-notify-${topic}-0-1.batch`);

    terminal.press('F');
    await terminal.waitFor(/▸✗ unreadable +0@1/);
    terminal.press('r');
    await terminal.waitFor('Reading 0@1 again');
    await terminal.waitFor(/▸✗ unreadable +0@1/);

    terminal.press('s');
    await terminal.waitFor('SKIP 0@1 (only 1) for good');
    terminal.type('damaged on disk');
    await terminal.waitFor(/reason +damaged on disk/);
    terminal.press('enter');
    await terminal.waitFor('FAILURES  none');
    await expect.poll(() => broker.committed(group, topic), {timeout: 15_000}).toEqual(['3', '1']);
  });
});
