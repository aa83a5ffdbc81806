/**
 * One of several terminals on one topic: `node terminal-that-writes.ts WHAT FOLDER NAME COUNT` writes COUNT times, reads
 * now and then, and prints what went wrong as JSON. WHAT: draft, history, bounded-history or log.
 */
import {type DraftText, emptyDraft, isDraftText} from '../../../source/session/draft.ts';
import {DraftFile} from '../../../source/settings/draft-file.ts';
import {HistoryFile} from '../../../source/settings/history-file.ts';
import {LogFile} from '../../../source/settings/log-file.ts';

const [what, folder, name, count] = process.argv.slice(2) as [string, string, string, string];
const wrong: string[] = [];
const filling = name.repeat(600);
const draftOf = (number: number): DraftText => ({...emptyDraft, value: `${name} ${number} ${filling}`});
const writer = writerOf(what);

for (let number = 0; number < Number(count); number++) {
  try {
    writer.write(number);
    if (number % 10 === 0) writer.read();
  } catch (error) {
    wrong.push((error as Error).message);
  }
}
console.log(JSON.stringify(wrong));

function writerOf(kind: string): {write(number: number): void; read(): void} {
  switch (kind) {
    case 'draft': {
      const file = new DraftFile<DraftText>(folder, 'n');
      return {
        write: number => file.write(draftOf(number)),
        read() {
          const value = file.read()?.value ?? '';
          if (!/^(\w+) \d+ \1+$/.test(value)) wrong.push(`a mixture: ${value.slice(0, 50)}`);
        },
      };
    }
    case 'history':
    case 'bounded-history': {
      const bounds = kind === 'history' ? {most: 10_000, mostBytes: 100 * 1024 * 1024} : {};
      const file = new HistoryFile<DraftText>(folder, 'n', isDraftText, bounds);
      return {
        // Each terminal's clock is the same clock.
        write: number => file.add(draftOf(number), number),
        read() {
          if (kind === 'history') return;
          const {problem} = file.read();
          if (problem !== null) wrong.push(problem);
        },
      };
    }
    case 'log': {
      const file = new LogFile(folder);
      return {
        write(number) {
          file.write({text: draftOf(number).value});
          file.flush();
        },
        read() {},
      };
    }
    default:
      throw new Error(`Nothing is known of ${kind}.`);
  }
}
