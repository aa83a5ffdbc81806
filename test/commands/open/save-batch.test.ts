import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {saveBatch} from '../../../source/commands/open/save-batch.ts';
import {Session} from '../../../source/session/session.ts';
import {ManualClock} from '../../flow/support/manual-clock.ts';

const place = {topic: 'mail', group: 'g', brokers: 'b:1', handler: 'JSON', embedded: false};
const batch = {partition: 1, from: 113n, bytes: Buffer.from([0, 255, 10, 13, 0])};
const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'save-batch-'));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, {recursive: true});
});

it('saves a batch that cannot be read byte for byte, for its owner only, and says where', () => {
  const session = new Session(place, new ManualClock());
  saveBatch(session, batch);
  expect(readFileSync('kafka-notify-mail-1-113.batch')).toEqual(batch.bytes);
  expect(statSync('kafka-notify-mail-1-113.batch').mode & 0o777).toBe(0o600);
  expect(session.flash).toMatchObject({text: '5 bytes are written to kafka-notify-mail-1-113.batch.'});
});

it('never writes over a file that is there', () => {
  const session = new Session(place, new ManualClock());
  writeFileSync('kafka-notify-mail-1-113.batch', 'mine');
  saveBatch(session, batch);
  expect(readFileSync('kafka-notify-mail-1-113.batch', 'utf8')).toBe('mine');
  expect(readFileSync('kafka-notify-mail-1-113-2.batch')).toEqual(batch.bytes);
});

it('says why it could not', () => {
  const session = new Session({...place, topic: 'no/folder'}, new ManualClock());
  saveBatch(session, batch);
  expect(session.flash).toMatchObject({level: 'error', text: expect.stringContaining('Not saved: ENOENT')});
  expect(readdirSync('.')).toEqual([]);
});
