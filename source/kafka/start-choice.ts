import type {StartFrom, StartOfOne} from '../flow/starting-point.ts';

/** Where to start one partition, as a person says it; `time` is ms since 1970. */
export type StartOfOneChoice =
  | Exclude<StartOfOne, {from: 'time' | 'before-end'}>
  | {readonly from: 'before-end'; readonly count: bigint; readonly skipToEnd: boolean}
  | {readonly from: 'time'; readonly time: number};

export type StartChoice =
  | StartOfOneChoice
  | {
      readonly from: 'several';
      readonly partitions: ReadonlyMap<number, StartOfOneChoice>;
      readonly others: StartChoice;
    };

/** Asks about all partitions of the topic. */
export type OffsetLookUp = {
  ends(): Promise<ReadonlyMap<number, bigint>>;
  offsetsAt(time: number): Promise<ReadonlyMap<number, bigint>>;
};

/** The same with every time, and every end, turned into the offsets that they mean now, as the flow knows it. */
export async function resolveStart(choice: StartChoice, lookUp: OffsetLookUp): Promise<StartFrom> {
  if (choice.from !== 'several') return resolveOne(choice, lookUp);
  const partitions = await Promise.all(
    [...choice.partitions].map(async ([at, each]) => [at, await resolveOne(each, lookUp)] as const),
  );
  return {
    from: 'several',
    partitions: new Map(partitions),
    others: await resolveStart(choice.others, lookUp),
  };
}

async function resolveOne(choice: StartOfOneChoice, lookUp: OffsetLookUp): Promise<StartOfOne> {
  switch (choice.from) {
    case 'time':
      return {from: 'time', at: await lookUp.offsetsAt(choice.time)};
    case 'before-end': {
      const {skipToEnd, count} = choice;
      const at = [...(await lookUp.ends())].map(([partition, end]) => [partition, end - count] as const);
      return {from: 'before-end', skipToEnd, at: new Map(at)};
    }
    case 'end':
      return {...choice, at: await lookUp.ends()};
    default:
      return choice;
  }
}
