import process from 'node:process';
import {systemClock} from '../../flow/clock.ts';
import type {BulkPublisher, Publisher} from '../../flow/delivery.ts';
import {AcknowledgedLines} from '../../session/bulk/acknowledged-lines.ts';
import {BulkRun} from '../../session/bulk/bulk-run.ts';
import {resultRecord, sayFigures} from '../../session/bulk/result-record.ts';
import {type BulkResult, eachOf} from '../../session/bulk/results-in-order.ts';
import {CommandError, exitCodes} from '../exit-codes.ts';
import {type Lines, linesTo, type OutputLost, say} from '../output.ts';
import type {PublishInput} from './input.ts';

/**
 * Sends all of it, each record once, and prints a result for each, in order; an answer that comes after its row was printed
 * updates it by another row. The first Ctrl+C stops sending and waits for what is on its way, and so does an output that
 * takes no more results; a second one ends at once.
 */
export async function sendAll(
  publisher: BulkPublisher & Pick<Publisher, 'close'>,
  topic: string,
  {items, isMany}: PublishInput,
  rate: number | null,
): Promise<number> {
  const lines = linesTo();
  const print = printTo(lines, topic, isMany);
  const acknowledged = new AcknowledgedLines(topic, block => lines.writeBytes(block));
  const run = new BulkRun({
    items,
    rate,
    clock: systemClock,
    publisher,
    onResults(all) {
      for (const results of all) {
        if (isMany && results.state.status === 'acknowledged') acknowledged.add(results, results.state);
        else {
          acknowledged.flush();
          for (const result of eachOf([results])) print(result);
        }
      }
      acknowledged.flush();
    },
    onLate: print,
    behind: () => lines.behind(),
  });
  lines.onLost(() => run.cancel());
  const stop = () => {
    release();
    run.cancel();
    say(`Stopping: ${sayFigures(run.figures)}. Once more ends at once.`);
  };
  const release = onceStopped(stop);
  await run.start();
  release();
  // Answers that come until then still count: their rows update what was unknown.
  await publisher.close();
  try {
    await lines.end();
  } catch (error) {
    const lost = error as OutputLost;
    if (!lost.isReaderGone) say(`${sayFigures(run.figures)}; not every result is written.`);
    if (run.figures.unknown === 0) throw lost;
  }
  const {status, problem, unknown, failed} = run.figures;
  if (run.error instanceof CommandError) say(problem!);
  else if (problem !== null) say(`${problem} Nothing more was sent.`);
  if (rate !== null || status !== 'done') say(`${sayFigures(run.figures)}.`);
  if (unknown > 0) return exitCodes.unknown;
  if (run.error instanceof CommandError) return run.error.exitCode;
  return failed > 0 || status !== 'done' ? exitCodes.failed : exitCodes.done;
}

function printTo(lines: Lines, topic: string, isMany: boolean): (result: BulkResult) => void {
  return result => {
    const {number, line, ...record} = resultRecord(topic, result);
    lines.write(isMany ? {...record, number, ...(line !== undefined && {line})} : record);
  };
}

/** Calls `stop` at the first signal that asks for the end; the answer takes that back. */
function onceStopped(stop: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}
