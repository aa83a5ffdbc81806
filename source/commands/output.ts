import {safeJson, safeText} from '../payload/safe-text.ts';

/** Lines for scripts: JSON on stdout, offsets as texts. */
export type Lines = {
  write(line: object): void;
  /** Resolves when all is written; false when the reader went away. */
  end(): Promise<boolean>;
};

const flushSize = 64 * 1024;

/** Collects lines and writes them in blocks: one write a line would cost more than the work it tells of. */
export function linesTo(stream: NodeJS.WritableStream): Lines {
  let waiting = '';
  let scheduled = false;
  let gone = false;
  stream.on('error', () => {
    gone = true;
  });
  const flush = () => {
    scheduled = false;
    if (waiting !== '' && !gone) stream.write(waiting);
    waiting = '';
  };
  return {
    write(line) {
      // JSON escapes C0 itself; what is left of unsafe characters is escaped too, so that a terminal can show a line.
      waiting += `${safeJson(JSON.stringify(line, asText))}\n`;
      if (waiting.length > flushSize) flush();
      else if (!scheduled) {
        scheduled = true;
        setImmediate(flush);
      }
    },
    end() {
      flush();
      return new Promise(resolve => {
        if (gone) resolve(false);
        else stream.write('', error => resolve(!error));
      });
    },
  };
}

/** Says something to the person; what came from outside is made visible. */
export function say(sentence: string): void {
  process.stderr.write(`${safeText(sentence, {lines: true})}\n`);
}

function asText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
