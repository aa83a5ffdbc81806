/** One thing that is measured, with what it is held against. */
export type Figure = {
  /** How it is called on the command line. */
  readonly name: string;
  /** Measures on the cluster and answers the rows of the table. */
  measure(bootstrap: string, say: (progress: string) => void, extent: Extent): Promise<readonly Row[]>;
};

/** How long a person lets it run. */
export type Extent = {
  /** Messages until memory is looked at again. */
  readonly messages: number;
  /** Minutes at a steady rate; 0: not measured. */
  readonly minutes: number;
};

/** What one row of the table says. */
export type Row = {
  readonly what: string;
  readonly ours: Sample;
  /** What a person would use instead; left out where the target is a number of its own. */
  readonly theirs?: {readonly name: string; readonly sample: Sample};
  readonly unit: string;
  /** Held against the ratio, or against ours where there is nothing to compare with. */
  readonly target?: {readonly sign: '≥' | '≤'; readonly value: number};
  /** Why the target is missed, where that is known; told only then. */
  readonly why?: string;
};

/** The rounds' results, in the row's unit. */
export type Sample = readonly number[];

export function median(sample: Sample): number {
  const sorted = [...sample].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Ours by theirs, round by round: both ran right after each other, so that what else the machine does hits both. */
export function ratios(ours: Sample, theirs: Sample): Sample {
  return ours.map((value, round) => value / theirs[round]!);
}

export type Contender = () => Promise<number>;

/**
 * Runs the contenders `rounds` times after one warm-up that is not counted, in alternate order, with a garbage
 * collection before each.
 */
export async function alternate<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  rounds: number,
  say: (progress: string) => void,
): Promise<Readonly<Record<Name, Sample>>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      globalThis.gc?.();
      const value = await contenders[name]();
      say(
        `${round === 0 ? 'warm-up' : `round ${round}`}  ${name}  ${Math.round(value).toLocaleString('en')}`,
      );
      if (round > 0) samples[name].push(value);
    }
  }
  return samples;
}
