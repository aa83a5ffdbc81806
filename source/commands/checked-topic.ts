import {checkTopicName} from '../flow/topic-name.ts';
import {CommandError, exitCodes} from './exit-codes.ts';

/** The name, where it can name a topic; else a CommandError of wrong use. */
export function checkedTopic(topic: string): string {
  try {
    checkTopicName(topic);
    return topic;
  } catch (error) {
    throw new CommandError((error as Error).message, exitCodes.wrongUse);
  }
}
