import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {splitCommandLine} from '../../handlers/command/split-command-line.ts';
import type {Desk} from '../../interface/desk.ts';
import type {Interface} from '../../interface/open.tsx';
import {draftAsText, draftFromText} from '../../session/draft-as-text.ts';

/** An exit code, the signal that ended it, or why it could not be started. */
type Ended = {readonly code: number} | {readonly signal: string} | {readonly problem: string};

/**
 * The whole draft in the person's editor; what they saved comes back. Where the program ends meanwhile (a signal, a
 * crash), so does the editor: what was saved until then is the draft, and no copy stays in the temporary folder.
 */
export async function editDraft(ui: Interface, {session, composer}: Desk): Promise<void> {
  const line = process.env.VISUAL || process.env.EDITOR;
  if (!line) {
    session.say('warning', 'Set VISUAL or EDITOR to the editor that you like.');
    session.touch();
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-'));
  const file = join(folder, 'draft.txt');
  const {draft} = composer;
  const before = draftAsText(draft);
  let editor: ChildProcess | null = null;
  const takeBack = () => {
    const text = readFileSync(file, 'utf8');
    if (text !== before) composer.load(draftFromText(text, draft));
  };
  const endInBetween = () => {
    editor?.kill('SIGHUP');
    try {
      takeBack();
      composer.flush();
    } catch {
      // Half of an edit is no draft: the one before is kept.
    }
    rmSync(folder, {recursive: true, force: true});
  };
  process.once('exit', endInBetween);
  try {
    const [program, ...args] = splitCommandLine(line);
    writeFileSync(file, before, {mode: 0o600});
    const ended = await runInTerminal(ui, program!, [...args, file], child => {
      editor = child;
    });
    if ('problem' in ended) throw new Error(`${program} did not start: ${ended.problem}.`);
    if ('code' in ended && ended.code !== 0) throw new Error(`${program} ended with ${ended.code}.`);
    takeBack();
    if ('signal' in ended)
      session.say('warning', `${program} was ended by ${ended.signal}; the draft is what it had saved.`);
  } catch (error) {
    session.say('error', `${(error as Error).message} The draft stays as it was.`);
  } finally {
    process.off('exit', endInBetween);
    rmSync(folder, {recursive: true, force: true});
    session.touch();
  }
}

async function runInTerminal(
  ui: Interface,
  program: string,
  args: readonly string[],
  started: (child: ChildProcess) => void,
): Promise<Ended> {
  let result: Ended = {code: 0};
  await ui.suspend(
    () =>
      new Promise(resolve => {
        const child = spawn(program, args, {stdio: 'inherit'});
        started(child);
        child.on('error', error => {
          result = {problem: error.message};
          resolve();
        });
        child.on('exit', (code, signal) => {
          result = signal === null ? {code: code ?? 0} : {signal};
          resolve();
        });
      }),
  );
  return result;
}
