import {chmodSync, mkdirSync, mkdtempSync, readdirSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {CompiledTexts} from '../../../source/handlers/module/loading/compiled-texts.ts';

const parent = () => mkdtempSync(join(tmpdir(), 'kafka-notify-compiled-'));
const never = () => {
  throw new Error('compiled again');
};

describe('texts that were compiled before', () => {
  it('are taken for the same text alone, also by another thread', () => {
    const folder = parent();
    expect(CompiledTexts.in(folder)!.of(['a'], () => 'made of a')).toBe('made of a');
    expect(CompiledTexts.in(folder)!.of(['a'], never)).toBe('made of a');
    expect(CompiledTexts.in(folder)!.of(['b'], () => 'made of b')).toBe('made of b');
  });

  it('are nobody else’s to read or write', () => {
    const folder = parent();
    CompiledTexts.in(folder)!.of(['a'], () => 'made of a');
    const texts = join(folder, 'texts');
    expect(statSync(texts).mode & 0o777).toBe(0o700);
    const [file, ...others] = readdirSync(texts);
    expect(others).toEqual([]);
    expect(statSync(join(texts, file!)).mode & 0o777).toBe(0o600);
  });

  it('are not used where others can write, nor where nothing can be kept', () => {
    const shared = parent();
    mkdirSync(join(shared, 'texts'));
    chmodSync(join(shared, 'texts'), 0o777);
    expect(CompiledTexts.in(shared)).toBeNull();
    const file = join(parent(), 'file');
    writeFileSync(file, '');
    expect(CompiledTexts.in(file)).toBeNull();
    expect(CompiledTexts.in(null)).toBeNull();
  });

  it('do not become ever more: the oldest go', () => {
    const folder = parent();
    const texts = CompiledTexts.in(folder)!;
    for (let index = 0; index < 1100; index++) {
      const file = join(folder, 'texts', `old-${index}.js`);
      writeFileSync(file, '');
      utimesSync(file, index, index);
    }
    texts.of(['a'], () => 'made of a');
    const left = readdirSync(join(folder, 'texts'));
    expect(left).toHaveLength(501);
    expect(left).toContain('old-1099.js');
    expect(left).not.toContain('old-0.js');
  });

  it('that were not made leave nothing behind', () => {
    const folder = parent();
    expect(() => CompiledTexts.in(folder)!.of(['a'], never)).toThrow('compiled again');
    expect(readdirSync(join(folder, 'texts'))).toEqual([]);
  });
});
