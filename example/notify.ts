/**
 * Processing code as a module:
 *
 *     kafka-notify --topic notifications --handler example/notify.ts
 *
 * It is loaded again whenever it, or a file that it imports, is saved. Returning means processed; throwing means that the
 * attempt failed and may be tried again, unless the error says `permanent: true`. What is printed is kept with the
 * attempt.
 */
type Notification = {readonly type?: string; readonly to?: string; readonly reason?: string};

type Message = {
  readonly topic: string;
  readonly partition: number;
  /** A message can come again: topic, partition and offset are its identity. */
  readonly offset: string;
  /** null: a tombstone. */
  readonly value: Notification | null;
};

export async function processMessage({value, partition, offset}: Message): Promise<void> {
  if (value === null) return;
  if (value.type === 'fail') throw new Error(value.reason ?? 'the notification asked to fail');
  if (typeof value.to !== 'string') {
    throw Object.assign(new Error('there is nobody to notify: "to" is missing'), {permanent: true});
  }
  // Send the e-mail, the SMS or the push here.
  console.log(`${value.type ?? 'notification'} to ${value.to} (${partition}@${offset})`);
}
