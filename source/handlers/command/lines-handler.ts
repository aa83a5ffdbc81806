import type {Handler, Run} from '../../flow/handler.ts';
import type {Failure, Outcome} from '../../flow/outcome.ts';
import {sayDuration} from '../amounts.ts';
import {CappedBytes} from '../capped-bytes.ts';
import {decodeJson} from '../decode.ts';
import {outcomeOf} from '../one-by-one.ts';
import {kindIn, lastLine, placeIn} from './failure-from-program.ts';
import {checkProgram} from './find-program.ts';
import {LineProgram} from './line-program.ts';
import {answerOf, lineOf} from './line-protocol.ts';
import {RestartDelay} from './restart-delay.ts';

export type LinesOptions = {
  /** ms that one message may take, from when it is the program's turn to answer it. */
  readonly timeout: number;
  onNotice(text: string): void;
};

/** One partition's run; its message in hand is with the program, or waits for one. */
type InHand = {
  readonly run: Run;
  readonly outcomes: Outcome[];
  readonly answer: (outcomes: readonly Outcome[]) => void;
  /** When the message in hand was sent; null while it waits for the program to be started anew. */
  sentAt: number | null;
  line: string;
};

/**
 * A program that runs on and is spoken to by lines (`--exec-lines`, see `lineOf` for the protocol). It is started anew
 * when it ends, answers nonsense, or does not answer in time: the message whose turn it was gets the failure, those of
 * other partitions are only interrupted. Rejects with a sentence when there is no such program.
 */
export async function createLinesHandler(
  program: readonly string[],
  options: LinesOptions,
): Promise<Handler> {
  await checkProgram(program[0]!);
  return new LinesHandler(program, options);
}

/** A line waits for others so long at most before it is written, in ms. */
const longestWait = 1;

class LinesHandler implements Handler {
  readonly name: string;
  readonly #command: readonly string[];
  readonly #options: LinesOptions;
  readonly #delay = new RestartDelay();
  #program: LineProgram | null = null;
  /** Sent and not answered, in the order sent. The first one's turn it is. */
  #sent: InHand[] = [];
  /** Runs whose message waits for the program to be started anew. */
  readonly #waiting = new Set<InHand>();
  #restart: NodeJS.Timeout | null = null;
  /** Lines that go to the program together. */
  #toWrite: string[] = [];
  #writeTimer: NodeJS.Timeout | null = null;
  #printed = new CappedBytes();
  #turnBegan = 0;
  #turnTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(command: readonly string[], options: LinesOptions) {
    this.name = command.join(' ');
    this.#command = command;
    this.#options = options;
    this.#start();
  }

  handle(run: Run): Promise<readonly Outcome[]> {
    return new Promise(resolve => {
      if (this.#closed) {
        resolve([]);
        return;
      }
      const stop = () => {
        // What was not sent yet need not be waited for.
        if (this.#waiting.delete(inHand)) inHand.answer(inHand.outcomes);
      };
      const answer = (outcomes: readonly Outcome[]) => {
        run.signal.removeEventListener('abort', stop);
        resolve(outcomes);
      };
      const inHand: InHand = {run, outcomes: [], answer, sentAt: null, line: ''};
      run.signal.addEventListener('abort', stop);
      this.#next(inHand);
      this.#flush();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#restart) clearTimeout(this.#restart);
    if (this.#turnTimer) clearTimeout(this.#turnTimer);
    if (this.#writeTimer) clearTimeout(this.#writeTimer);
    const interrupted = [...this.#sent, ...this.#waiting];
    this.#sent = [];
    this.#waiting.clear();
    for (const inHand of interrupted) inHand.answer(inHand.outcomes);
    await this.#program?.finish();
  }

  /** Sends the run's next message, or answers the run when there is none to send. */
  #next(inHand: InHand): void {
    const {run, outcomes} = inHand;
    const message = run.messages[outcomes.length];
    if (message === undefined || run.signal.aborted || this.#closed) {
      inHand.answer(outcomes);
      return;
    }
    let text: string | null = null;
    if (message.value !== null) {
      const decoded = decodeJson(message.value);
      if ('failure' in decoded) {
        outcomes.push(outcomeOf(0, undefined, decoded.failure));
        inHand.answer(outcomes);
        return;
      }
      text = message.value.toString('utf8');
    }
    inHand.line = lineOf(message, text, run.attempt);
    if (this.#program) this.#send(inHand);
    else {
      this.#waiting.add(inHand);
      if (!this.#restart) this.#start();
    }
  }

  #send(inHand: InHand): void {
    inHand.sentAt = performance.now();
    this.#toWrite.push(inHand.line);
    if (this.#sent.push(inHand) === 1) this.#beginTurn(inHand.sentAt);
  }

  /** While the program has more to answer than waits here, what waits goes together with what comes next, or soon. */
  #flush(): void {
    const waiting = this.#toWrite.length;
    if (waiting === 0) return;
    const withProgram = this.#sent.length - waiting;
    if (withProgram > waiting) this.#writeTimer ??= setTimeout(() => this.#write(), longestWait);
    else this.#write();
  }

  #write(): void {
    if (this.#writeTimer) clearTimeout(this.#writeTimer);
    this.#writeTimer = null;
    if (this.#toWrite.length === 0) return;
    const text = this.#toWrite.length === 1 ? this.#toWrite[0]! : this.#toWrite.join('');
    this.#toWrite = [];
    this.#program?.write(text);
  }

  #beginTurn(now: number): void {
    this.#turnBegan = now;
    // One timer that looks again, and not one for each message.
    this.#turnTimer ??= setTimeout(() => this.#lookAtTime(), this.#options.timeout);
  }

  #lookAtTime(): void {
    this.#turnTimer = null;
    if (this.#sent.length === 0) return;
    const left = this.#options.timeout - (performance.now() - this.#turnBegan);
    if (left > 0) {
      this.#turnTimer = setTimeout(() => this.#lookAtTime(), left);
      return;
    }
    this.#replace('did not answer in time', {
      name: 'timeout',
      message: `no answer within ${sayDuration(this.#options.timeout)}; does the program flush its output after each line?`,
      permanent: false,
    });
  }

  #heard(lines: readonly string[]): void {
    const program = this.#program;
    // What is sent in answer to these lines cannot be what they answer.
    const asked = this.#sent.length;
    let turn = 0;
    const now = performance.now();
    for (const line of lines) {
      if (line.trim() === '') continue;
      const inHand = turn < asked ? this.#sent[turn] : undefined;
      const answer = inHand ? answerOf(line.trimEnd(), inHand.run.messages[inHand.outcomes.length]!) : null;
      if (!inHand || !answer || answer.answer === 'nonsense') {
        this.#sent.splice(0, turn);
        this.#nonsense(line, inHand !== undefined);
        this.#flush();
        return;
      }
      turn++;
      const durationMs = now - Math.max(this.#turnBegan, inHand.sentAt!);
      const output = this.#takePrinted();
      if (answer.answer === 'failed') {
        inHand.outcomes.push(outcomeOf(durationMs, output, answer.failure));
        inHand.answer(inHand.outcomes);
        continue;
      }
      const processed = {
        status: 'processed',
        durationMs,
        ...(output !== undefined && {output}),
      } as const;
      inHand.outcomes.push(answer.note === undefined ? processed : {...processed, note: answer.note});
      this.#next(inHand);
    }
    this.#delay.itAnswered();
    this.#sent.splice(0, turn);
    if (this.#sent.length > 0) this.#beginTurn(now);
    if (this.#program === program) this.#flush();
  }

  #nonsense(line: string, wasAsked: boolean): void {
    const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line;
    const message = wasAsked
      ? `the answer is not of the protocol: ${shown} (stdout is for answers only; print to stderr)`
      : `the program answered unasked: ${shown}`;
    this.#replace(message, {name: 'nonsense answer', message, permanent: false});
  }

  #died(how: string, rest: string): void {
    const middle = rest.trim() === '' ? '' : `, in the middle of a line: ${rest.slice(0, 200)}`;
    const printed = this.#printed.text ?? '';
    const said = lastLine(printed);
    const where = placeIn(printed);
    this.#replace(`ended (${how})${middle}`, {
      name: how.startsWith('could not') ? 'not started' : how,
      ...(said && {alike: kindIn(said)}),
      message: `the program ended without an answer${middle}${said ? `: ${said}` : ''}`,
      permanent: false,
      ...(where && {where}),
    });
  }

  /** The message whose turn it was gets the failure, the others come again; another program takes over. */
  #replace(why: string, failure: Failure): void {
    const [blamed, ...interrupted] = this.#sent;
    this.#sent = [];
    this.#toWrite = [];
    this.#program?.kill();
    this.#program = null;
    if (this.#turnTimer) clearTimeout(this.#turnTimer);
    this.#turnTimer = null;
    if (blamed) {
      const durationMs = performance.now() - Math.max(this.#turnBegan, blamed.sentAt!);
      blamed.outcomes.push(outcomeOf(durationMs, this.#takePrinted(), failure));
      blamed.answer(blamed.outcomes);
    }
    for (const inHand of interrupted) inHand.answer(inHand.outcomes);
    if (this.#closed) return;
    const delay = this.#delay.next();
    const when = delay === 0 ? 'when needed' : `when needed, in ${sayDuration(delay)} at the soonest`;
    this.#options.onNotice(`${this.name}: ${why}; it is started anew ${when}.`);
    this.#restart = setTimeout(() => {
      this.#restart = null;
      // With nothing to do it is not started: what ends at once would be started for ever.
      if (this.#waiting.size > 0) this.#start();
    }, delay);
  }

  #start(): void {
    this.#printed = new CappedBytes();
    try {
      const program: LineProgram = new LineProgram(this.#command, {
        lines: lines => this.#heard(lines),
        errors: chunk => this.#printed.add(chunk),
        ended: (how, rest) => this.#died(how, rest),
      });
      this.#program = program;
    } catch (error) {
      const reason = `could not be started: ${(error as Error).message}`;
      for (const inHand of this.#waiting) {
        inHand.sentAt = performance.now();
        this.#sent.push(inHand);
      }
      this.#waiting.clear();
      this.#replace(reason, {name: 'not started', message: reason, permanent: false});
      return;
    }
    for (const inHand of this.#waiting) this.#send(inHand);
    this.#waiting.clear();
    this.#flush();
  }

  /** What came on stderr since the turn began. */
  #takePrinted(): string | undefined {
    const {text} = this.#printed;
    if (text !== undefined) this.#printed = new CappedBytes();
    return text;
  }
}
