import {readFile} from 'node:fs/promises';
import process from 'node:process';
import {buffer} from 'node:stream/consumers';
import type {Draft} from '../../flow/delivery.ts';
import {expandPlaceholders, nextPlaceholders} from '../../payload/placeholders.ts';
import {type Fill, lineCheck, repeated} from '../../session/bulk/bulk-items.ts';
import type {BulkOptions} from '../../session/bulk/bulk-run.ts';
import {readDraft} from '../../session/draft.ts';
import type {NamedDraft} from '../../session/templates.ts';
import type {FlagValues} from '../command.ts';
import {checkedJson, draftFrame} from '../draft-from-flags.ts';
import {CommandError, exitCodes} from '../exit-codes.ts';
import {say} from '../output.ts';
import {templateNamed} from '../template-shelf.ts';
import {linesInput} from './input-lines.ts';
import {positiveCount} from './numbers.ts';

/** All that is to be sent, checked already. */
export type PublishInput = {
  readonly items: BulkOptions['items'];
  /** Whether it is more than one record, so that each result says which. */
  readonly isMany: boolean;
};

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
    const check = lineCheck({raw, expands});
    const order = {file: fileOf(words), frame: begun, times, fill, reading: {raw}, check};
    return {items: await linesInput(order), isMany: true};
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

function fileOf([file, ...more]: readonly string[]): string | null {
  if (more.length > 0) throw new CommandError('One file at a time can be published.', exitCodes.wrongUse);
  return file === undefined || file === '-' ? null : file;
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
