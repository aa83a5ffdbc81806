import {exportLines} from '../../session/export.ts';
import type {Session} from '../../session/session.ts';
import {partOfFileName} from '../../settings/part-of-file-name.ts';
import {writeNewWhole} from '../../settings/whole-file.ts';

/** Writes what is in view to a new file in the working folder, and says where. */
export function exportSession(session: Session, options: {readonly payloads: boolean}): void {
  const time = new Date(session.now).toISOString().replace(/[:.]/g, '-');
  const file = `kafka-notify-${partOfFileName(session.place.topic)}-${time}.jsonl`;
  try {
    writeNewWhole(file, [...exportLines(session, options)].join(''));
    session.say('info', `Written to ${file}.`);
  } catch (error) {
    session.say('error', `Not exported: ${(error as Error).message}`);
  }
}
