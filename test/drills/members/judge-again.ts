import type {Attempt, History, Meeting} from './history.ts';
import type {Violation} from './violation.ts';

/**
 * Messages that a member began anew although it met the group `known` ms after their commit had been seen: at each
 * meeting the committed offset is asked for, and nothing below it is done again. What a member had taken before it was
 * frozen or cut off may come twice, since no meeting is in between; that is redelivery, not this.
 */
export function findAgain(
  history: History,
  partition: number,
  passed: readonly (number | undefined)[],
  known: number,
): Violation[] {
  const meetings = new Map<string, Meeting[]>();
  for (const meeting of history.meetings) {
    if (!meeting.partitions.includes(partition)) continue;
    meetings.set(meeting.member, [...(meetings.get(meeting.member) ?? []), meeting]);
  }
  const wrong: {attempt: Attempt; met: number; passedAt: number}[] = [];
  /** The last attempt of each replayed message, by member and offset. */
  const replayed = new Map<string, Attempt>();
  for (const attempt of history.attempts) {
    if (attempt.partition !== partition || attempt.attempt !== 1) continue;
    const passedAt = passed[attempt.offset];
    const met = meetings.get(attempt.member)?.findLast(({at}) => at <= attempt.began)?.at;
    if (passedAt === undefined || met === undefined || passedAt > met - known) continue;
    if (isAskedFor(history, attempt)) {
      const key = `${attempt.member} ${attempt.offset}`;
      const before = replayed.get(key);
      replayed.set(key, attempt);
      // Once; and what was in hand when the group met comes again, as it does without a replay.
      if (before === undefined || (before.began < met && before.ended > met - known)) continue;
    }
    wrong.push({attempt, met, passedAt});
  }
  return inRuns(wrong, partition);
}

function isAskedFor({replays}: History, {member, partition, offset}: Attempt): boolean {
  return replays.some(
    each =>
      each.member === member && each.partition === partition && each.from <= offset && offset < each.below,
  );
}

/** One violation for the neighbours that one member did again after one meeting. */
function inRuns(
  wrong: readonly {attempt: Attempt; met: number; passedAt: number}[],
  partition: number,
): Violation[] {
  const found: (Violation & {kind: 'again'; to: number})[] = [];
  const sorted = [...wrong].sort(
    (left, right) => left.met - right.met || left.attempt.offset - right.attempt.offset,
  );
  let last: {to: number; met: number; member: string} | null = null;
  for (const {attempt, met, passedAt} of sorted) {
    const {offset, member, began} = attempt;
    const before = found.at(-1);
    if (before && last && last.met === met && last.member === member && offset <= last.to + 1) {
      found[found.length - 1] = {...before, to: offset};
    } else found.push({kind: 'again', partition, from: offset, to: offset, at: began, member, met, passedAt});
    last = {to: offset, met, member};
  }
  return found;
}
