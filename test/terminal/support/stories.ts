import {randomUUID} from 'node:crypto';
import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {BrokerUnderTest} from '../../contract/support/brokers.ts';
import {Terminal, type TerminalOptions} from './terminal.ts';

/** Wide enough that a delivery's whole story stands in its row. */
const wide = {columns: 160, rows: 45};

export type Opened = {readonly terminal: Terminal; readonly topic: string; readonly group: string};

/** Opens the interface on a topic of this broker, with a group of its own. */
export function open(
  broker: BrokerUnderTest,
  topic: string,
  args: readonly string[] = [],
  options: TerminalOptions & {readonly group?: string} = {},
): Opened {
  const {group = `group-${randomUUID()}`, ...others} = options;
  const where = ['--brokers', broker.bootstrap(), '--topic', topic, '--group', group];
  return {terminal: new Terminal([...where, ...args], {...wide, ...others}), topic, group};
}

/** A name that no topic has. */
export function missingTopic(): string {
  return `story-${randomUUID()}`;
}

/** A handler module that can be mended while it is in use. */
export function handlerFile(source: string): {readonly path: string; save(source: string): void} {
  const path = join(mkdtempSync(join(tmpdir(), 'kafka-notify-handler-')), 'notify.mjs');
  const save = (text: string) => writeFileSync(path, text);
  save(source);
  return {path, save};
}

/** Processing code that throws this where the message is of that type. */
export function throwsOn(type: string, thrown = "new TypeError('there is no recipient')"): string {
  return `export function processMessage({value}) { if (value?.type === '${type}') throw ${thrown}; }\n`;
}
