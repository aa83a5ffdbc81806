import process from 'node:process';
import {systemClock} from '../../flow/clock.ts';
import type {Publisher} from '../../flow/delivery.ts';
import {type BulkResult, BulkRun} from '../../session/bulk/bulk-run.ts';
import {resultRecord, sayFigures} from '../../session/bulk/result-record.ts';
import {exitCodes} from '../exit-codes.ts';
import {linesTo, say} from '../output.ts';
import type {PublishInput} from './input.ts';

/**
 * Sends all of it, each record once, and prints a result for each, in order; an answer that comes after its row was printed
 * updates it by another row. The first Ctrl+C stops sending and waits for what is on its way; a second one ends at once.
 */
export async function sendAll(
  publisher: Publisher,
  {items, isMany}: PublishInput,
  rate: number | null,
): Promise<number> {
  const lines = linesTo(process.stdout);
  const print = (result: BulkResult) => {
    const {number, line, ...record} = resultRecord(result);
    lines.write(isMany ? {...record, number, ...(line !== undefined && {line})} : record);
  };
  const run = new BulkRun({
    items,
    rate,
    clock: systemClock,
    publisher,
    onResult: print,
    onLate: print,
  });
  const stop = () => {
    release();
    run.cancel();
    say(`Stopping: ${sayFigures(run.figures)}. Once more ends at once.`);
  };
  const release = onceStopped(stop);
  const figures = await run.start();
  release();
  await lines.end();
  const {status, problem, unknown, failed} = figures;
  if (problem !== null) say(`${problem} Nothing more was sent.`);
  if (rate !== null || status !== 'done') say(`${sayFigures(figures)}.`);
  if (unknown > 0) return exitCodes.unknown;
  return failed > 0 || status !== 'done' ? exitCodes.failed : exitCodes.done;
}

/** Calls `stop` at the first signal that asks for the end; the answer takes that back. */
function onceStopped(stop: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}
