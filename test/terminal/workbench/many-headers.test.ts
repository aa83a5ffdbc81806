import {expect, it} from 'vitest';
import {cpuSeconds} from '../../bench/program-screen.ts';
import {describeOnBrokers} from '../../contract/support/brokers.ts';
import {handlerFile, open, throwsOn} from '../support/stories.ts';

const count = 100_000;

describeOnBrokers('a record with 100,000 headers', broker => {
  it('is held, shows them in order within a second, and is edited', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const headers = Object.fromEntries(Array.from({length: count}, (_, at) => [`h${at}`, 'x']));
    await broker.produce(topic, [{value: '{"type":"fail"}', headers}]);
    const handler = handlerFile(throwsOn('fail'));
    const {terminal} = open(broker, topic, [
      ...['--from', 'beginning', '--handler', handler.path, '--retries', '0'],
    ]);
    await terminal.waitFor('not consumed he');
    terminal.press('4', 'x');
    await terminal.waitFor(/✗ held +0@0/);
    terminal.press('enter');
    await terminal.waitFor('MESSAGE 0@0');
    for (const view of ['raw', 'hex']) {
      terminal.press('tab');
      await terminal.waitFor(() => terminal.isInverted(` ${view} `));
    }
    // Work of the program's own, which a busy machine does not lengthen.
    const before = cpuSeconds(terminal.pid);
    terminal.press('tab');
    await terminal.waitFor(/h0 {2}x[\s\S]*h1 {2}x[\s\S]*h2 {2}x/);
    expect(cpuSeconds(terminal.pid) - before).toBeLessThan(1);
    terminal.press('G');
    await terminal.waitFor('h99999  x');
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.some(row => row.includes('MESSAGE 0@0')));
    terminal.press('e');
    await terminal.waitFor('headers 100001');
  });
});
