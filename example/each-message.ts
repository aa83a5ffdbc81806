/**
 * Real consumer code as a module: an `eachMessage` just as KafkaJS calls it, debugged unchanged:
 *
 *     kafka-notify --topic notifications --handler example/each-message.ts
 *
 * Throwing means that the attempt failed; `permanent: true` on the error says that trying again cannot help. After
 * `pause()` it means that the message is to come again when the partition goes on. `eachBatch` is served in the same way.
 */
import type {EachMessagePayload} from 'kafkajs';

export async function eachMessage({partition, message, heartbeat}: EachMessagePayload): Promise<void> {
  if (message.value === null) return;
  const notification = JSON.parse(message.value.toString());
  if (notification.type === 'fail') throw new Error(notification.reason ?? 'the notification asked to fail');
  if (typeof notification.to !== 'string') {
    throw Object.assign(new Error('there is nobody to notify: "to" is missing'), {permanent: true});
  }
  await heartbeat();
  // Send the e-mail, the SMS or the push here.
  console.log(`${notification.type} to ${notification.to} (${partition}@${message.offset})`);
}
