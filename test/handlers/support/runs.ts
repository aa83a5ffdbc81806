import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Run} from '../../../source/flow/handler.ts';

/** A first attempt at messages with these values, from offset 0 of partition 0. */
export function run(
  values: readonly (Buffer | null)[],
  change: Partial<Run> & {partition?: number} = {},
): Run {
  const {partition = 0, ...rest} = change;
  return {
    messages: values.map((value, index) => ({
      topic: 'notifications',
      partition,
      offset: BigInt(index),
      timestamp: 1000,
      timestampType: 'create-time',
      key: Buffer.from(`k${index}`),
      value,
      headers: [],
    })),
    attempt: 1,
    signal: new AbortController().signal,
    highWatermark: null,
    ...rest,
  };
}

export function runOf(values: readonly (string | null)[], change?: Partial<Run> & {partition?: number}): Run {
  return run(
    values.map(value => (value === null ? null : Buffer.from(value))),
    change,
  );
}

/** A handler's file with this code, in a folder of its own. */
export function handlerFile(code: string, name = 'notify.ts'): string {
  const file = join(mkdtempSync(join(tmpdir(), 'kafka-notify-handler-')), name);
  writeFileSync(file, code);
  return file;
}
