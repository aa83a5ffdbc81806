import {spawnSync} from 'node:child_process';
import {
  chmodSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';

const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const mode = (path: string) => statSync(path).mode & 0o777;

describe('what is kept compiled', () => {
  let parent: string;
  let state: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'kafka-notify-state-'));
    state = join(parent, 'above', 'state');
  });

  afterEach(() => rmSync(parent, {recursive: true}));

  /** A start in a shell with this umask. */
  function start(umask: string, args = '--version'): string {
    const env = {PATH: process.env.PATH, KAFKA_NOTIFY_STATE_DIR: state, KAFKA_NOTIFY_CONFIG_DIR: parent};
    const command = `umask ${umask}; exec '${process.execPath}' '${program}' ${args}`;
    const {stdout, stderr} = spawnSync('sh', ['-c', command], {env, cwd: parent, encoding: 'utf8'});
    return stdout + stderr;
  }

  const compiledFiles = () => globSync(join(state, 'compiled', '*', '*'));

  it.each(['022', '002', '000'])('is the person’s alone with umask %s', umask => {
    start(umask);
    for (const folder of [state, join(state, 'compiled'), ...globSync(join(state, 'compiled', '*'))])
      expect(mode(folder), folder).toBe(0o700);
    expect(compiledFiles()).not.toEqual([]);
    for (const file of compiledFiles()) expect(mode(file), file).toBe(0o600);
  });

  it.each([
    ['the state folder', () => state],
    ['the folder itself', () => join(state, 'compiled')],
    ['the folder above, by everybody,', () => join(parent, 'above')],
  ])('is neither read nor written where %s can be written by others', (_, shared) => {
    mkdirSync(join(state, 'compiled'), {recursive: true, mode: 0o700});
    chmodSync(shared(), 0o777);
    start('022');
    expect(compiledFiles()).toEqual([]);
    expect(start('022', 'doctor --brokers 127.0.0.1:1')).toMatch(/! Nothing compiled is kept.*chmod 700/);
  });

  it('is not taken from what somebody else has put there', () => {
    start('022');
    for (const file of compiledFiles()) writeFileSync(file, Buffer.alloc(100, 1));
    chmodSync(join(state, 'compiled'), 0o775);
    start('022');
    for (const file of compiledFiles()) expect(readFileSync(file)).toEqual(Buffer.alloc(100, 1));
    // Where it is used, what is damaged there is written anew.
    chmodSync(join(state, 'compiled'), 0o700);
    start('022');
    for (const file of compiledFiles()) expect(readFileSync(file)).not.toEqual(Buffer.alloc(100, 1));
  });

  it.skipIf(process.getuid?.() !== 0)(
    'is not used where it belongs to another user (skipped where not root)',
    () => {
      mkdirSync(join(state, 'compiled'), {recursive: true, mode: 0o700});
      spawnSync('chown', ['12345', join(state, 'compiled')]);
      start('022');
      expect(readdirSync(join(state, 'compiled'))).toEqual([]);
      expect(start('022', 'doctor --brokers 127.0.0.1:1')).toContain('belongs to another user');
    },
  );
});
