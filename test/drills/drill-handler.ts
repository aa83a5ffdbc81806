/**
 * The drill's processing code: writes `partition@offset` to a file before it returns, and fails as the seed says. What it
 * wrote is the judge's record of what was really processed, whatever dies afterwards.
 */
import {appendFileSync} from 'node:fs';
import type {HandlerContext, HandlerMessage} from '../../source/handlers/module/messages.ts';
import {fateOf} from './plan.ts';

const file = process.env.DRILL_FILE!;
const seed = Number(process.env.DRILL_SEED);

export async function processMessage(message: HandlerMessage, {attempt}: HandlerContext): Promise<void> {
  const fate = fateOf(seed, message.partition, Number(message.offset));
  if (fate === 'never') throw Object.assign(new Error('never passes'), {permanent: true});
  if (fate === 'passes-later' && attempt === 1) throw new Error('passes later');
  await new Promise(resolve => setTimeout(resolve, 1));
  appendFileSync(file, `${message.partition}@${message.offset}\n`);
}
