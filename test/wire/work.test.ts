import {describe, expect, it} from 'vitest';
import {atOnce, inTurns, type Work} from '../../source/wire/work.ts';

/** Steps of so many ms each. */
function* busy(steps: number, ms: number): Work<string> {
  for (let step = 0; step < steps; step++) {
    const end = performance.now() + ms;
    while (performance.now() < end);
    yield;
  }
  return 'done';
}

describe('work in turns', () => {
  it('lets others have a turn where it takes long', async () => {
    let turns = 0;
    const tick = setInterval(() => turns++, 1);
    expect(await inTurns(busy(10, 10))).toBe('done');
    clearInterval(tick);
    expect(turns).toBeGreaterThan(3);
  });

  it('keeps nobody waiting for a turn where it is short', async () => {
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    expect(await inTurns(busy(0, 0))).toBe('done');
    expect(turned).toBe(false);
  });

  it('is the same without turns, and throws what the work throws', async () => {
    expect(atOnce(busy(3, 0))).toBe('done');
    // biome-ignore lint/correctness/useYield: it fails before its first step.
    function* failing(): Work<void> {
      throw new Error('it failed');
    }
    await expect(inTurns(failing())).rejects.toThrow('it failed');
    expect(() => atOnce(failing())).toThrow('it failed');
  });
});
