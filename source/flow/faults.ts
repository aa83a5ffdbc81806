/** Faults that are put into processing and committing on purpose, for drills and demonstrations. */
export type InjectedFaults = {
  /** So many of the next attempts fail. */
  readonly failNext: number;
  /** Every Nth message fails at its first attempt; 0: none. */
  readonly failEvery: number;
  /** ms added before each message. */
  readonly slowMs: number;
  /** What is finished is not committed while this is on; turned off, it is committed. */
  readonly stopBeforeCommit: boolean;
  /** Once: the member drops out of its group in the place of the next commit, so that what was finished comes again. */
  readonly crashBeforeCommit: boolean;
};

export const noFaults: InjectedFaults = {
  failNext: 0,
  failEvery: 0,
  slowMs: 0,
  stopBeforeCommit: false,
  crashBeforeCommit: false,
};

/** What is on, in words; empty: nothing. */
export function sayFaults(faults: InjectedFaults): string {
  const words = [
    faults.failNext > 0 && `fail next ${faults.failNext}`,
    faults.failEvery > 0 && `fail every ${ordinal(faults.failEvery)}`,
    faults.slowMs > 0 && `slow ${faults.slowMs} ms`,
    faults.stopBeforeCommit && 'stop before commit',
    faults.crashBeforeCommit && 'crash before commit',
  ];
  return words.filter(Boolean).join(', ');
}

/** Only what stands before and in each message's processing; what is done to commits is not asked for there. */
export function touchesMessages({failNext, failEvery, slowMs}: InjectedFaults): boolean {
  return failNext > 0 || failEvery > 0 || slowMs > 0;
}

/** As they are written at the command line: `fail-next=2`. */
export function faultsAsWords(faults: InjectedFaults): string[] {
  const words = [
    faults.failNext > 0 && `fail-next=${faults.failNext}`,
    faults.failEvery > 0 && `fail-every=${faults.failEvery}`,
    faults.slowMs > 0 && `slow=${faults.slowMs}ms`,
    faults.stopBeforeCommit && 'stop-before-commit',
    faults.crashBeforeCommit && 'crash-before-commit',
  ];
  return words.filter(word => word !== false);
}

/** The faults that these words name. Throws a sentence about the first that names none. */
export function faultsFrom(words: readonly string[]): InjectedFaults {
  return Object.assign({}, noFaults, ...words.map(faultFrom));
}

function faultFrom(word: string): Partial<InjectedFaults> {
  const [name, amount] = word.split(/=(.*)/s);
  switch (name) {
    case 'fail-next':
      return {failNext: countFrom(word, amount, 1)};
    case 'fail-every':
      return {failEvery: countFrom(word, amount, undefined)};
    case 'slow':
      return {slowMs: msFrom(word, amount)};
    default:
      if (word === 'stop-before-commit') return {stopBeforeCommit: true};
      if (word === 'crash-before-commit') return {crashBeforeCommit: true};
      throw new Error(
        `"${word}" is no fault; there are fail-next=N, fail-every=N, slow=200ms, stop-before-commit and crash-before-commit.`,
      );
  }
}

function countFrom(word: string, amount: string | undefined, fallback: number | undefined): number {
  const count = amount === undefined ? fallback : /^\d{1,9}$/.test(amount) ? Number(amount) : undefined;
  if (count !== undefined && count > 0) return count;
  throw new Error(`"${word}" needs a whole number from 1 on, as in fail-every=3.`);
}

const units: Readonly<Record<string, number>> = {ms: 1, s: 1000};
const slowest = 600_000;

function msFrom(word: string, amount = ''): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(amount);
  const ms = match ? Math.round(Number(match[1]) * units[match[2]!]!) : 0;
  if (ms > 0 && ms <= slowest) return ms;
  throw new Error(`"${word}" needs a time of at most ten minutes, as in slow=200ms or slow=2s.`);
}

function ordinal(count: number): string {
  const ending =
    count % 100 >= 11 && count % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
}
