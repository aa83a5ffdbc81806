import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {expect, it} from 'vitest';

const source = join(import.meta.dirname, '../../../source/commands/open/young-generation.ts');
const mebibyte = 1024 * 1024;

/** Makes much short-lived garbage in a process of its own, and answers the greatest size of its young generation. */
function greatestYoungGeneration(limited: boolean): number {
  const script = `
    import {limitYoungGeneration, youngGeneration} from ${JSON.stringify(source)};
    ${limited ? 'limitYoungGeneration();' : ''}
    let greatest = 0;
    const until = Date.now() + 1500;
    const turn = () => {
      const kept = [];
      for (let at = 0; at < 20_000; at++) kept.push({at, texts: [String(at), String(at)]});
      greatest = Math.max(greatest, youngGeneration());
      if (Date.now() < until) setImmediate(turn);
      else console.log(greatest);
    };
    turn();`;
  const {stdout, stderr} = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return Number(stdout);
}

it('the young generation stops growing, where it would else take much more', () => {
  const free = greatestYoungGeneration(false);
  const limited = greatestYoungGeneration(true);
  expect(limited).toBeGreaterThan(0);
  expect(limited).toBeLessThanOrEqual(32 * mebibyte);
  expect(limited).toBeLessThan(free);
});
