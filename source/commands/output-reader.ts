import type {Processing} from '../flow/processing.ts';
import {CommandError} from './exit-codes.ts';
import type {Lines, OutputLost} from './output.ts';

/**
 * Lets consuming go no faster than its lines are read (rule 20): while the reader is behind, nothing is dispatched and the
 * membership stays; where the output is lost, the consumer is to end, and what was not written is not committed.
 */
export class OutputReader {
  readonly #lines: Lines;
  readonly #processing: Pick<Processing, 'waitForReader' | 'readerCaughtUp'>;
  #isWaiting = false;
  #isLost = false;

  constructor(
    lines: Lines,
    processing: Pick<Processing, 'waitForReader' | 'readerCaughtUp'>,
    onLost: (error: CommandError) => void,
  ) {
    this.#lines = lines;
    this.#processing = processing;
    lines.onLost(lost => {
      this.#isLost = true;
      processing.waitForReader();
      onLost(sayUncommitted(lost));
    });
  }

  /** To be called after lines were written. */
  look(): void {
    if (this.#isWaiting) return;
    const caughtUp = this.#lines.behind();
    if (!caughtUp) return;
    this.#isWaiting = true;
    this.#processing.waitForReader();
    void caughtUp.then(() => {
      this.#isWaiting = false;
      if (!this.#isLost) this.#processing.readerCaughtUp();
    });
  }
}

function sayUncommitted(lost: OutputLost): CommandError {
  const sentence = lost.isReaderGone ? '' : `${lost.message} What was not written is not committed.`;
  return new CommandError(sentence, lost.exitCode);
}
