import process from 'node:process';
import {openSaved} from '../../settings/saved.ts';
import type {Settings} from '../../settings/settings.ts';
import {say} from '../output.ts';

/** Keeps a topic that was named by a flag, so that the next start need not name it. */
export async function rememberTopic({topic}: Settings): Promise<void> {
  if (topic.source !== 'flag' || topic.value === null) return;
  try {
    (await openSaved(process.env)).save({topic: topic.value});
  } catch (error) {
    say(`The topic's name was not kept for the next start: ${(error as Error).message}`);
  }
}
