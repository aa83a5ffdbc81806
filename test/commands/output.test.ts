import fc from 'fast-check';
import {describe, expect, it, vi} from 'vitest';
import {linesTo, type OutputLost, type Sink} from '../../source/commands/output.ts';

type Block = {readonly bytes: Buffer; readonly done: Parameters<Sink>[1]};

/** Lines to a reader who takes a block only when the test says so. */
function withReader() {
  const blocks: Block[] = [];
  const lines = linesTo((bytes, done) => blocks.push({bytes, done}));
  return {
    lines,
    blocks,
    take: () => blocks.shift()!.done(null),
    fail: (code: string) => blocks.shift()!.done(Object.assign(new Error(code), {code})),
  };
}

const settled = async (promise: Promise<void> | null) => {
  let state = 'waiting';
  promise?.then(
    () => {
      state = 'written';
    },
    () => {
      state = 'lost';
    },
  );
  await new Promise(resolve => setImmediate(resolve));
  return () => state;
};

describe('lines', () => {
  it('are written when the reader has taken those that were there, whatever comes behind them', async () => {
    const {lines, take} = withReader();
    expect(lines.written()).toBeNull();
    lines.write({n: 1});
    const state = await settled(lines.written());
    lines.write({n: 2});
    const later = await settled(lines.written());
    expect([state(), later()]).toEqual(['waiting', 'waiting']);
    take();
    await Promise.resolve();
    expect([state(), later()]).toEqual(['written', 'waiting']);
    take();
    await Promise.resolve();
    expect(later()).toBe('written');
    expect(lines.written()).toBeNull();
  });

  it('are too many for a reader who takes none of a megabyte, until most are taken', async () => {
    const {lines, blocks, take} = withReader();
    for (let at = 0; at < 1000; at++) lines.writeText(`${'x'.repeat(1000)}\n`);
    expect(lines.behind()).toBeNull();
    for (let at = 0; at < 100; at++) lines.writeText(`${'x'.repeat(1000)}\n`);
    const state = await settled(lines.behind());
    while (blocks.length > 5) take();
    await Promise.resolve();
    expect(state()).toBe('waiting');
    take();
    await Promise.resolve();
    expect(state()).toBe('written');
  });

  it.each([
    ['ENOSPC', 'The output cannot be written: no space is left on the device.', 1],
    ['EIO', 'The output cannot be written: the device reports an error (EIO).', 1],
    ['EPIPE', '', 141],
  ])('that end in %s are lost, with all that follows: "%s", exit %i', async (code, sentence, exitCode) => {
    const {lines, blocks, fail} = withReader();
    const heard: OutputLost[] = [];
    lines.onLost(lost => heard.push(lost));
    lines.write({n: 1});
    const written = lines.written()!;
    lines.write({n: 2});
    fail(code);
    await expect(written).rejects.toMatchObject({message: sentence, exitCode});
    expect(heard).toHaveLength(1);
    lines.write({n: 3});
    await expect(lines.end()).rejects.toMatchObject({message: sentence, exitCode});
    expect(lines.behind()).toBeNull();
    expect(blocks).toEqual([]);
  });

  it('come as they were given, whatever their length, and whoever takes how many of them when', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('é', 'x', '𝄞', '\u001b'), fc.nat(70_000), fc.boolean()), {
          maxLength: 12,
        }),
        texts => {
          const {lines, blocks} = withReader();
          let got = '';
          let given = '';
          const take = () => {
            const {bytes, done} = blocks.shift()!;
            got += bytes.toString();
            done(null);
          };
          for (const [character, times, takesOne] of texts) {
            const line = `${character.repeat(times)}\n`;
            given += line;
            if (takesOne) lines.writeBytes(Buffer.from(line));
            else lines.writeText(line);
            if (takesOne && blocks.length > 0) take();
          }
          lines.written()?.catch(() => {});
          while (blocks.length > 0) take();
          expect(got === given).toBe(true);
        },
      ),
      {numRuns: 50},
    );
  });

  it('are lost to a reader who takes nothing for as long as is waited for one that is asked to end', async () => {
    vi.useFakeTimers({toFake: ['setInterval']});
    try {
      const {lines, take} = withReader();
      lines.write({n: 1});
      const first = lines.written()!;
      lines.giveUpAfter(1000);
      take();
      await first;
      vi.advanceTimersByTime(5000);
      lines.write({n: 2});
      const second = lines.written()!;
      const lost = expect(second).rejects.toThrow('whoever reads it took nothing for 1 s');
      vi.advanceTimersByTime(2000);
      await lost;
    } finally {
      vi.useRealTimers();
    }
  });
});
