import type {StartFrom, StartOfOne} from '../flow/starting-point.ts';

/** Where to start one partition, as a person says it; `time` is ms since 1970. */
export type StartOfOneChoice =
  | Exclude<StartOfOne, {from: 'time'}>
  | {readonly from: 'time'; readonly time: number};

export type StartChoice =
  | StartOfOneChoice
  | {
      readonly from: 'several';
      readonly partitions: ReadonlyMap<number, StartOfOneChoice>;
      readonly others: StartChoice;
    };

type OffsetsAt = (time: number) => Promise<ReadonlyMap<number, bigint>>;

/** The same with every time turned into the offsets of that time, as the flow knows it. */
export async function resolveStart(choice: StartChoice, offsetsAt: OffsetsAt): Promise<StartFrom> {
  if (choice.from !== 'several') return resolveOne(choice, offsetsAt);
  const partitions = await Promise.all(
    [...choice.partitions].map(async ([at, each]) => [at, await resolveOne(each, offsetsAt)] as const),
  );
  return {
    from: 'several',
    partitions: new Map(partitions),
    others: await resolveStart(choice.others, offsetsAt),
  };
}

async function resolveOne(choice: StartOfOneChoice, offsetsAt: OffsetsAt): Promise<StartOfOne> {
  return choice.from === 'time' ? {from: 'time', at: await offsetsAt(choice.time)} : choice;
}
