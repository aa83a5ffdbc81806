import type {Clock} from '../../flow/clock.ts';
import type {BulkPublisher, Delivery, Draft} from '../../flow/delivery.ts';
import {nextPlaceholders, type PlaceholderValues} from '../../payload/placeholders.ts';
import {type DraftText, expandDraft, readDraft} from '../draft.ts';
import type {Session} from '../session.ts';
import {type Fill, fromLines, lineCheck, repeated} from './bulk-items.ts';
import {type BulkFigures, BulkRun} from './bulk-run.ts';
import {resultLine, resultRecord, sayFigures, summaryRecord, thousands} from './result-record.ts';
import {eachOf} from './results-in-order.ts';
import {type Chunks, checkLines, type LineReading, sayPlace} from './value-lines.ts';

/** What a person wants sent: their draft, or each line of a file in its place, so many times over. */
export type BulkOrder = {
  readonly draft: DraftText;
  readonly times: number;
  /** null: the draft itself. */
  readonly file: string | null;
  /** So many a second at most; null: as quickly as they are acknowledged. */
  readonly rate: number | null;
  readonly nextValues: () => PlaceholderValues;
};

/** Where the results of one run are kept, a line each. */
export type ResultSink = {
  readonly path: string;
  write(line: string): void;
  /** A sentence where not all could be written; null: all is there. */
  close(): string | null;
};

export type BulkPorts = {
  readonly session: Session;
  readonly clock: Clock;
  readonly publishAll: (
    drafts: readonly Draft[],
    changed: (delivery: Delivery) => void,
  ) => Promise<Delivery[]>;
  readonly openFile: (path: string) => Chunks;
  readonly openResults: () => ResultSink;
};

export type BulkState =
  | {readonly kind: 'none'}
  | {readonly kind: 'checking'; readonly lines: number}
  /** Nothing was sent; the sentences say why. */
  | {readonly kind: 'refused'; readonly problems: readonly string[]}
  | {
      readonly kind: 'run';
      readonly run: BulkRun;
      readonly total: number;
      readonly rate: number | null;
      readonly path: string;
    };

/** So many in a row that are not acknowledged pause a run: going on would only fail the rest. */
const patience = 50;
const stopped = new Error('stopped');

/** Checks what is to be sent in bulk, sends it, and keeps a result for each; one run at a time. */
export class BulkSender {
  state: BulkState = {kind: 'none'};
  readonly #ports: BulkPorts;
  #checks = 0;

  constructor(ports: BulkPorts) {
    this.#ports = ports;
  }

  /** Whether something is being sent, or paused before all of it was. */
  get isUnderway(): boolean {
    const {state} = this;
    return state.kind === 'run' && !['done', 'cancelled', 'broken'].includes(state.run.figures.status);
  }

  /** Checks all of it first; true: it is being sent. */
  async start(order: BulkOrder): Promise<boolean> {
    if (this.isUnderway) return false;
    const {topic} = this.#ports.session.place;
    const {draft, file, times} = order;
    const own = file === null ? draft : {...draft, value: null};
    const sample = readDraft(expandDraft(own, nextPlaceholders(1, 0)), topic);
    if (!sample.ready) return this.#refuse(`${sample.field}: ${sample.problem}.`);
    const read = readDraft({...own, raw: true}, topic);
    if (!read.ready) return this.#refuse(`${read.field}: ${read.problem}.`);
    const fill: Fill = draft.expands ? order.nextValues : null;
    if (file === null) {
      this.#send(repeated(read.draft, times, fill), times, order.rate);
      return true;
    }
    const check = lineCheck(draft);
    const lines = await this.#check(file, draft, check);
    if (lines === null) return false;
    const {value: _, ...frame} = read.draft;
    const items = fromLines(frame, () => this.#ports.openFile(file), times, fill, draft, check);
    this.#send(items, lines * times, order.rate);
    return true;
  }

  /** What was refused is not said any longer. */
  forget(): void {
    if (this.state.kind === 'refused') this.#become({kind: 'none'});
  }

  /** Gives up what is being checked, or sends no more of what is being sent. */
  cancel(): void {
    this.#checks++;
    if (this.state.kind === 'checking') this.#become({kind: 'none'});
    if (this.state.kind === 'run') this.state.run.cancel();
  }

  /** How many lines there are; null: they cannot be sent, and why was said, or it was given up. */
  async #check(
    file: string,
    reading: LineReading,
    check: ReturnType<typeof lineCheck>,
  ): Promise<number | null> {
    const own = ++this.#checks;
    this.#become({kind: 'checking', lines: 0});
    try {
      const {lines, problems, problemCount} = await checkLines(
        this.#ports.openFile(file),
        reading,
        check,
        read => {
          if (own !== this.#checks) throw stopped;
          this.#become({kind: 'checking', lines: read});
        },
      );
      if (own !== this.#checks) return null;
      const more = problemCount - problems.length;
      if (problemCount > 0)
        this.#refuse(
          ...problems.map(problem => `${sayPlace(problem)} ${problem.reason}`),
          ...(more > 0 ? [`and ${thousands(more)} more lines`] : []),
        );
      else if (lines === 0) this.#refuse(`${file} has no line to send.`);
      return problemCount > 0 || lines === 0 ? null : lines;
    } catch (error) {
      const {code, message} = error as NodeJS.ErrnoException;
      const why = code === 'ENOENT' ? 'it is not there' : message;
      if (error !== stopped) this.#refuse(`${file} cannot be read: ${why}.`);
      return null;
    }
  }

  #send(items: ConstructorParameters<typeof BulkRun>[0]['items'], total: number, rate: number | null): void {
    const {session, clock, publishAll, openResults} = this.#ports;
    const {topic} = session.place;
    const results = openResults();
    const failures = new Set<string>();
    const run = new BulkRun({
      items,
      rate,
      clock,
      patience,
      onResults(all) {
        for (const result of eachOf(all)) results.write(resultLine(resultRecord(topic, result)));
      },
      onLate: result => results.write(resultLine({...resultRecord(topic, result), late: true})),
      publisher: byDeliveries(publishAll, delivery => {
        session.takeDelivery(delivery, 'in bulk');
        // Each reason once: ten thousand lines that say the same would push all else out of the log.
        const {state} = delivery;
        if (!('reason' in state) || failures.has(state.reason) || failures.size > 20) return;
        failures.add(state.reason);
        session.tell('error', `In bulk, delivery ${delivery.id} ${state.status}: ${state.reason}`);
      }),
    });
    this.#become({kind: 'run', run, total, rate, path: results.path});
    session.inBulk = () => `in bulk ${thousands(run.figures.sent)} of ${thousands(total)}`;
    void run.start().then(figures => {
      session.inBulk = null;
      results.write(resultLine(summaryRecord(figures)));
      const lost = results.close();
      this.#tellEnd(figures, total);
      if (lost !== null) session.say('error', lost);
      session.touch();
    });
  }

  #tellEnd(figures: BulkFigures, total: number): void {
    const {session} = this.#ports;
    const {status, problem, failed, unknown} = figures;
    const words = `${sayFigures(figures)}.`;
    if (status === 'cancelled') session.say('warning', `Cancelled; of ${thousands(total)}, ${words}`);
    else if (status === 'broken') session.say('error', `${problem} ${words}`);
    else session.say(failed + unknown > 0 ? 'warning' : 'info', `In bulk, ${words}`);
  }

  #refuse(...problems: readonly string[]): false {
    this.#become({kind: 'refused', problems});
    return false;
  }

  #become(state: BulkState): void {
    this.state = state;
    this.#ports.session.touch();
  }
}

/** A run's records as deliveries, for whoever shows each of them. */
export function byDeliveries(
  publishAll: BulkPorts['publishAll'],
  onDelivery: (delivery: Delivery) => void,
): BulkPublisher {
  return {
    send(draft, number, heard) {
      void publishAll([draft], delivery => {
        onDelivery(delivery);
        // The publisher has put each draft's own time into its state already.
        if (delivery.state.status !== 'pending') heard([number], delivery.state, true);
      });
    },
  };
}
