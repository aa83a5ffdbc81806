/**
 * The processing code of the members' drill: writes each attempt to the group's file before it returns, with the
 * member's name and the times. That file is the judge's record of what was really processed, whatever dies afterwards.
 */
import {appendFileSync} from 'node:fs';
import type {HandlerContext, HandlerMessage} from '../../../source/handlers/module/messages.ts';
import {attemptLine} from './attempts-file.ts';
import {fateOf} from './fates.ts';
import type {Attempt} from './history.ts';

const file = process.env.DRILL_FILE!;
const member = process.env.DRILL_MEMBER!;
const seed = Number(process.env.DRILL_SEED);
const allPass = process.env.DRILL_ALL_PASS === '1';

export async function processMessage(message: HandlerMessage, {attempt}: HandlerContext): Promise<void> {
  const began = Date.now();
  const partition = message.partition;
  const offset = Number(message.offset);
  const fate = allPass ? 'passes' : fateOf(seed, partition, offset);
  const note = (outcome: Attempt['outcome']) => {
    appendFileSync(
      file,
      attemptLine({partition, offset, member, attempt, began, ended: Date.now(), outcome}),
    );
  };
  await new Promise(resolve => setTimeout(resolve, fate === 'slow' ? 500 : 1));
  if (fate === 'never' || (fate === 'passes-by-hand' && attempt === 1)) {
    note('failed-for-good');
    throw Object.assign(new Error(fate), {
      permanent: true,
    });
  }
  if (fate === 'passes-later' && attempt === 1) {
    note('failed');
    throw new Error('passes later');
  }
  note('processed');
}
