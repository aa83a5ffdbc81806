import type {Session} from '../../session/session.ts';
import {partOfFileName} from '../../settings/part-of-file-name.ts';
import {writeNewWhole} from '../../settings/whole-file.ts';

/** Files of one batch at most: what is read again may have come otherwise. */
const mostFiles = 100;

/**
 * Writes a batch that cannot be read to a new file in the working folder, byte for byte as the broker gave it, and says
 * where. A file that is there already is left as it is.
 */
export function saveBatch(
  session: Session,
  {partition, from, bytes}: {readonly partition: number; readonly from: bigint; readonly bytes: Buffer},
): void {
  const name = `kafka-notify-${partOfFileName(session.place.topic)}-${partition}-${from}`;
  for (let number = 1; number <= mostFiles; number++) {
    const file = number === 1 ? `${name}.batch` : `${name}-${number}.batch`;
    try {
      writeNewWhole(file, bytes);
      session.say('info', `${bytes.length} bytes are written to ${file}.`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      session.say('error', `Not saved: ${(error as Error).message}`);
      return;
    }
  }
  session.say('error', `Not saved: ${mostFiles} files are there already, up to ${name}-${mostFiles}.batch.`);
}
