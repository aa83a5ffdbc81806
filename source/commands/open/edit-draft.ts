import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {splitCommandLine} from '../../handlers/command/split-command-line.ts';
import type {Desk} from '../../interface/desk.ts';
import type {Interface} from '../../interface/open.tsx';
import {draftAsText, draftFromText} from '../../session/draft-as-text.ts';

/** The whole draft in the person's editor; what they saved comes back. */
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
  try {
    const [program, ...args] = splitCommandLine(line);
    writeFileSync(file, draftAsText(draft), {mode: 0o600});
    const code = await runInTerminal(ui, program!, [...args, file]);
    if (code !== 0) throw new Error(`${program} ended with ${code}.`);
    composer.load(draftFromText(readFileSync(file, 'utf8'), draft));
  } catch (error) {
    session.say('error', `${(error as Error).message} The draft stays as it was.`);
  } finally {
    rmSync(folder, {recursive: true, force: true});
    session.touch();
  }
}

async function runInTerminal(
  ui: Interface,
  program: string,
  args: readonly string[],
): Promise<number | string> {
  let result: number | string = 0;
  await ui.suspend(
    () =>
      new Promise(resolve => {
        const child = spawn(program, args, {stdio: 'inherit'});
        child.on('error', error => {
          result = error.message;
          resolve();
        });
        child.on('exit', (code, signal) => {
          result = code ?? signal ?? 0;
          resolve();
        });
      }),
  );
  return result;
}
