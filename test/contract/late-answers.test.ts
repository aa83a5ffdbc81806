import {expect, it} from 'vitest';
import {startBroker} from '../../source/broker/index.ts';
import {run} from '../support/program.ts';

it('an answer that comes while publish ends counts in its total, its rows and its exit code', async () => {
  const broker = await startBroker();
  try {
    const where = ['--brokers', broker.bootstrap, '--topic', 'late'];
    await run(['publish', ...where], {stdin: '{}'});
    broker.faults.add({api: 'Produce', times: 1}, {delay: 1500});
    const {code, lines, stderr} = await run(
      ['publish', ...where, '--times', '3', '--rate', '1000', '--deadline', '1'],
      {stdin: '{}'},
    );
    const before = lines.filter(({status}) => status === 'unknown').length;
    const after = new Map(lines.map(({number, status}) => [number, status]));
    expect(before).toBeGreaterThan(0);
    expect([...after.values()]).toEqual(['acknowledged', 'acknowledged', 'acknowledged']);
    expect(stderr).toBe('3 sent: 3 acknowledged.\n');
    expect(code).toBe(0);
  } finally {
    await broker.stop();
  }
});
