import {createReadStream} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';
import process from 'node:process';
import {buffer} from 'node:stream/consumers';
import type {Draft} from '../../flow/delivery.ts';
import {expandPlaceholders, nextPlaceholders} from '../../payload/placeholders.ts';
import {type Fill, fromLines, lineCheck, repeated} from '../../session/bulk/bulk-items.ts';
import type {BulkOptions} from '../../session/bulk/bulk-run.ts';
import {type Chunks, checkLines, type LineReading, sayPlace} from '../../session/bulk/value-lines.ts';
import {readDraft} from '../../session/draft.ts';
import type {NamedDraft} from '../../session/templates.ts';
import type {FlagValues} from '../command.ts';
import {checkedJson, draftFrame} from '../draft-from-flags.ts';
import {CommandError, exitCodes} from '../exit-codes.ts';
import {say} from '../output.ts';
import {templateNamed} from '../template-shelf.ts';
import {positiveCount} from './numbers.ts';

/** All that is to be sent, checked already. */
export type PublishInput = {
  readonly items: BulkOptions['items'];
  /** Whether it is more than one record, so that each result says which. */
  readonly isMany: boolean;
};

const toldProblems = 20;

/** What the flags, a template, a file or stdin say; a CommandError where it cannot be sent, and then nothing is. */
export async function inputFor(
  flags: FlagValues,
  words: readonly string[],
  topic: string,
): Promise<PublishInput> {
  const template = templateNamed(flags.template, flags.templates);
  const begun = frameOf(flags, template, topic);
  const raw = flags.raw === true || template?.draft.raw === true;
  const expands = flags.placeholders === true || template?.draft.expands === true;
  const times = positiveCount('times', flags.times) ?? 1;
  let seq = 0;
  const fill: Fill = expands ? () => nextPlaceholders(++seq, Date.now()) : null;
  if (flags.lines) {
    const {open, isKept} = await linesOf(words);
    const check = lineCheck({raw, expands});
    await refuseProblems(open, {raw}, check);
    // What is in memory cannot have changed since.
    return {items: fromLines(begun, open, times, fill, {raw}, isKept ? () => null : check), isMany: true};
  }
  const value = flags.null ? null : await documentOf(words, template);
  if (value !== null && !raw) checkedJson(expands ? sampleOf(value) : value, 'The input');
  return {items: repeated({...begun, value}, times, fill), isMany: flags.times !== undefined};
}

/** Key, headers and partition: those of the template, and those of the flags over them. */
function frameOf(flags: FlagValues, template: NamedDraft | null, topic: string): Omit<Draft, 'value'> {
  const given = draftFrame(flags, topic);
  if (!template) return given;
  const read = readDraft({...template.draft, raw: true}, topic);
  if (!read.ready) {
    throw new CommandError(
      `The template ${template.name} cannot be sent: ${read.field}: ${read.problem}.`,
      exitCodes.wrongUse,
    );
  }
  const {value: _, ...own} = read.draft;
  return {
    ...own,
    ...given,
    key: flags.key === undefined ? own.key : given.key,
    headers: [...own.headers, ...given.headers],
  };
}

/** All bytes of the file or of stdin, also a line end that an editor or echo put last: for JSON it is white space (rule 2). */
async function documentOf(words: readonly string[], template: NamedDraft | null): Promise<Buffer | null> {
  if (template && words.length === 0)
    return template.draft.value === null ? null : Buffer.from(template.draft.value);
  return await bytesOf(words);
}

/** Lines are read twice, to check them and to send them: what cannot be read twice is kept in memory. */
async function linesOf(
  words: readonly string[],
): Promise<{readonly open: () => Chunks; readonly isKept: boolean}> {
  const file = fileOf(words);
  if (file !== null && (await isFile(file))) return {open: () => createReadStream(file), isKept: false};
  const bytes = await bytesOf(words);
  return {open: () => [bytes], isKept: true};
}

async function refuseProblems(
  open: () => Chunks,
  reading: LineReading,
  check: ReturnType<typeof lineCheck>,
): Promise<void> {
  let checked: Awaited<ReturnType<typeof checkLines>>;
  try {
    checked = await checkLines(open(), reading, check);
  } catch (error) {
    throw new CommandError(
      `The input cannot be read: ${(error as Error).message}. Nothing was sent.`,
      exitCodes.wrongUse,
    );
  }
  const {problems, problemCount} = checked;
  if (problemCount === 0) return;
  const told = problems.slice(0, toldProblems).map(problem => `${sayPlace(problem)}: ${problem.reason}`);
  const more = problemCount - told.length;
  throw new CommandError(
    [
      ...told.map(each => `The input is not JSON at ${each}.`),
      ...(more > 0 ? [`And ${more} more lines are not.`] : []),
      'Nothing was sent. --raw sends any bytes.',
    ].join('\n'),
    exitCodes.wrongUse,
  );
}

function fileOf([file, ...more]: readonly string[]): string | null {
  if (more.length > 0) throw new CommandError('One file at a time can be published.', exitCodes.wrongUse);
  return file === undefined || file === '-' ? null : file;
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isFile() ?? false;
}

async function bytesOf(words: readonly string[]): Promise<Buffer> {
  const file = fileOf(words);
  if (file !== null) {
    try {
      return await readFile(file);
    } catch (error) {
      throw new CommandError(`${file} cannot be read: ${(error as Error).message}`, exitCodes.wrongUse);
    }
  }
  if (process.stdin.isTTY) say('Reading JSON from the terminal; end it with Ctrl+D.');
  return buffer(process.stdin);
}

/** As it would be once it is filled in; bytes that are no text stay, to be refused as such. */
function sampleOf(bytes: Buffer): Buffer {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes)
    ? Buffer.from(expandPlaceholders(text, nextPlaceholders(1, 0)))
    : bytes;
}
