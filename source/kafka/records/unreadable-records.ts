import type {UnreadableBatch} from '../../flow/fetched-queue.ts';

/** A batch that the topic holds and that cannot be read; `batch` says where it is and what is wrong. */
export class UnreadableRecords extends Error {
  override readonly name = 'UnreadableRecords';
  readonly batch: UnreadableBatch;

  constructor(batch: UnreadableBatch) {
    super(batch.reason);
    this.batch = batch;
  }
}

/** What is wrong with the bytes, as the end of a sentence; where it is, is known further up. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}
