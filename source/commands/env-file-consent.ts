import {realpathSync} from 'node:fs';
import process from 'node:process';
import {createInterface} from 'node:readline/promises';
import {safeText} from '../payload/safe-text.ts';
import {weakerWay} from '../settings/credentials-way.ts';
import type {DotEnv} from '../settings/dot-env.ts';
import {configurationFolder} from '../settings/saved.ts';
import type {Setting, Settings} from '../settings/settings.ts';
import {TrustedFiles} from '../settings/trusted-files.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {say} from './output.ts';

/**
 * Sees to it that no `.env` decides where credentials from the environment go, unless the person trusts that file: they
 * are asked where the interface is to open, and their yes is kept for this path and content; elsewhere the flag says it.
 * Rejects with a CommandError of wrong use otherwise, before anything is connected.
 */
export async function checkEnvFile(
  settings: Settings,
  file: DotEnv,
  {mayAsk}: {readonly mayAsk: boolean},
): Promise<void> {
  const named = weakerWay(settings);
  if (named.length === 0) return;
  const path = realpathSync(file.path);
  const trusted = new TrustedFiles(configurationFolder(process.env));
  if (trusted.has(path, file.text)) return;
  const from = `Your credentials come from the environment, but ${safeText(path)} says where they go: ${named.map(asWritten).join(', ')}.`;
  if (!mayAsk) {
    throw new CommandError(
      `${from} Nothing was sent. If you trust that file, give --trust-env-file, or open the interface here and say yes once; else set these in the environment too.`,
      exitCodes.wrongUse,
    );
  }
  if (!(await isYes(`${from}\nSend them there? This file is then trusted until it changes. [y/N] `)))
    throw new CommandError('Nothing was sent, and nothing opened.', exitCodes.wrongUse);
  try {
    trusted.add(path, file.text);
  } catch (error) {
    say(`Your answer holds for this time only, since it cannot be kept: ${(error as Error).message}`);
  }
}

function asWritten({name, value}: Setting<unknown>): string {
  return `${name}=${safeText(String(value))}`;
}

async function isYes(question: string): Promise<boolean> {
  const lines = createInterface({input: process.stdin, output: process.stdout});
  const closed = new Promise<string>(resolve => lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(question), closed]);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
