import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import {say} from '../output.ts';

/**
 * What happens when something went wrong that should not: the terminal is given back, a report is written, and the
 * person hears where it is and that their draft is kept.
 */
export class CrashReport {
  readonly #folder: string;
  readonly #before: (error: unknown) => void;
  readonly #crash = (error: unknown) => this.#report(error);

  /** `before` gives the terminal back and keeps what has to be kept; it must not throw. */
  constructor(folder: string, before: (error: unknown) => void) {
    this.#folder = folder;
    this.#before = before;
    process.on('uncaughtException', this.#crash);
    process.on('unhandledRejection', this.#crash);
  }

  close(): void {
    process.off('uncaughtException', this.#crash);
    process.off('unhandledRejection', this.#crash);
  }

  #report(error: unknown): void {
    this.close();
    try {
      this.#before(error);
    } catch {
      // Whatever it was, the report matters more.
    }
    const path = join(
      this.#folder,
      `crash-${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}.txt`,
    );
    const text = `${new Date().toISOString()}  node ${process.version}  ${process.platform}\n${(error as Error)?.stack ?? error}\n`;
    try {
      mkdirSync(this.#folder, {recursive: true, mode: 0o700});
      writeFileSync(path, text, {mode: 0o600});
      say(`kafka-notify ended by a defect of its own. Your draft is kept; the report is ${path}`);
    } catch (reason) {
      say(
        `kafka-notify ended by a defect of its own. Your draft is kept; the report could not be written: ${(reason as Error).message}`,
      );
    }
    process.exit(1);
  }
}
