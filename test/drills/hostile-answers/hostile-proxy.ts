import {Reader} from '../../../source/broker/codec/reader.ts';
import {Writer} from '../../../source/broker/codec/writer.ts';
import {fetch} from '../../../source/broker/messages/produce-and-fetch.ts';
import {type Asked, startFrameProxy} from '../../support/frame-proxy.ts';
import {randomNumbers} from '../../support/random-numbers.ts';
import {mutated, mutatedRecords} from './mutate.ts';

export type HostilePlan = {
  readonly seed: number;
  /** Of all answers, those that are mutated: 0 to 1. */
  readonly share: number;
  /** Only the records of this partition, wherever a fetch brings some; null: any byte of any answer. */
  readonly partition: number | null;
  /** Where answers begin with how long the server wants silence, that is left alone: obeying takes up to a minute. */
  readonly sparesSilence?: boolean;
};

export type HostileProxy = {
  readonly bootstrap: string;
  /** How many answers it has mutated. */
  mutations(): number;
  /** The last of them, in words, the newest last. */
  last(): readonly string[];
  /** Whether it mutates from now on; it does from the start. */
  rage(isRaging: boolean): void;
  close(): Promise<void>;
};

const remembered = 40;
/** Behind length and number of an answer, with the byte for tagged fields that newer versions have before it. */
const silence = {from: 8, to: 13};

/**
 * Stands before a broker and mutates a share of its answers. Which, and how, follows from the seed, from the API, and from
 * how many answers of that API there were before; so that a run can be had again, as far as the program asks the same.
 */
export async function startHostileProxy(target: string, plan: HostilePlan): Promise<HostileProxy> {
  let mutations = 0;
  let isCalm = false;
  const last: string[] = [];
  const answers = new Map<number, number>();
  const answer = (frame: Buffer, asked: Asked | null): readonly Buffer[] => {
    if (isCalm || !asked || (plan.partition !== null && asked.apiKey !== fetch.key)) return [frame];
    const number = (answers.get(asked.apiKey) ?? 0) + 1;
    answers.set(asked.apiKey, number);
    const seed = (plan.seed * 1_000_003 + asked.apiKey * 100_003 + number) | 0;
    if (randomNumbers(~seed)() >= plan.share) return [frame];
    const {what, bytes} =
      plan.partition === null
        ? mutated(frame, seed)
        : (ofPartition(frame, asked, plan.partition, seed) ?? {what: null, bytes: [frame]});
    if (what === null) return bytes;
    if (plan.sparesSilence)
      for (const each of bytes) frame.copy(each, silence.from, silence.from, silence.to);
    mutations++;
    last.push(`API ${asked.apiKey} v${asked.version}, answer ${number}: ${what}`);
    if (last.length > remembered) last.shift();
    return bytes;
  };
  const {bootstrap, close} = await startFrameProxy(target, () => ({answer}));
  return {
    bootstrap,
    close,
    mutations: () => mutations,
    last: () => last,
    rage(isRaging) {
      isCalm = !isRaging;
    },
  };
}

/** null: this fetch brought nothing of the partition. */
function ofPartition(frame: Buffer, {version}: Asked, partition: number, seed: number) {
  if (!fetch.serves(version)) return null;
  const reader = new Reader(frame, 8);
  if (fetch.isFlexible(version)) reader.skipTags();
  const content = fetch.readResponse(reader, version);
  const found = content.responses
    .flatMap(({partitions}) => partitions)
    .find(each => each.partitionIndex === partition && (each.records?.length ?? 0) > 0);
  if (!found) return null;
  const {what, records} = mutatedRecords(found.records!, seed);
  (found as {records: Buffer}).records = records;
  const writer = new Writer();
  writer.int32(0);
  writer.int32(frame.readInt32BE(4));
  if (fetch.isFlexible(version)) writer.unsignedVarInt(0);
  fetch.writeResponse(writer, version, content);
  const whole = Buffer.concat(writer.finish());
  whole.writeInt32BE(whole.length - 4);
  return {what: `partition ${partition}: ${what}`, bytes: [whole]};
}
