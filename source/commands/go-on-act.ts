import type {Processing} from '../flow/processing.ts';

/** Says where a partition goes on whose position is lost, by a commit. */
export type GoOn = {readonly act: 'go-on'; readonly partition: number; readonly from: 'first' | 'end'};

/** Does it, and resolves with what its line answers. Never rejects. */
export async function answerGoOn(
  processing: Pick<Processing, 'acceptLost'>,
  {act, partition, from}: GoOn,
  line: number,
): Promise<object> {
  const answer = {status: 'act', line, act, partition};
  try {
    if (await processing.acceptLost(partition, from)) return {...answer, done: true};
    return {...answer, done: false, because: `no position of partition ${partition} is lost now`};
  } catch (error) {
    return {...answer, done: false, because: `the commit was not confirmed: ${(error as Error).message}`};
  }
}
