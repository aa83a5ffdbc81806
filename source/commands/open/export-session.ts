import {writeFileSync} from 'node:fs';
import {exportLines} from '../../session/export.ts';
import type {Session} from '../../session/session.ts';

/** Writes what is in view to a new file in the working folder, and says where. */
export function exportSession(session: Session, options: {readonly payloads: boolean}): void {
  const time = new Date(session.now).toISOString().replace(/[:.]/g, '-');
  const file = `kafka-notify-${session.place.topic}-${time}.jsonl`;
  try {
    writeFileSync(file, [...exportLines(session, options)].join(''), {mode: 0o600, flag: 'wx'});
    session.say('info', `Written to ${file}.`);
  } catch (error) {
    session.say('error', `Not exported: ${(error as Error).message}`);
  }
}
