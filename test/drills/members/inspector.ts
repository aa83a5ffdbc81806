import {isDrainedOrStuck} from './drained.ts';
import type {DrillGroup} from './group.ts';
import type {Journal} from './journal.ts';
import {judge, patience} from './judge.ts';
import {contextOf, identityOf, sentenceOf} from './report.ts';
import type {Sampler} from './sampler.ts';
import type {Violation} from './violation.ts';

const interval = 15_000;
/** What is left after this many ms is lost: longer than it takes to see that something is stuck. */
const drainLimit = 150_000;
/** Of each group and kind so many violations are told with all that is known of them. */
const mostTold = 5;

/** Has the judge look at every group now and then, says at once what is new, and reports all of it at the end. */
export class Inspector {
  readonly #groups: readonly DrillGroup[];
  readonly #sampler: Sampler;
  readonly #journal: Journal;
  readonly #told = new Map<DrillGroup, Set<string>>();
  #timer: NodeJS.Timeout | null = null;

  constructor(groups: readonly DrillGroup[], sampler: Sampler, journal: Journal) {
    this.#groups = groups;
    this.#sampler = sampler;
    this.#journal = journal;
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (const group of this.#groups) this.#look(group);
      this.#journal.mention(this.#standing());
    }, interval);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Resolves when everything is committed, or what is left is stuck, or the time for it is over. */
  async drained(): Promise<void> {
    // A look that is on its way may still say what was before: the one after it counts.
    const fresh = new Map(this.#groups.map(group => [group, group.samples.length + 2]));
    const isOver = (group: DrillGroup) =>
      isDrainedOrStuck(group.samples, {fresh: fresh.get(group)!, partitions: group.partitions}, () =>
        this.#judged(group),
      );
    const end = Date.now() + drainLimit;
    while (Date.now() < end && !this.#groups.every(isOver)) {
      await new Promise(resolve => setTimeout(resolve, 500));
    }
  }

  /** All that was found, with what happened around it. */
  report(): string[] {
    return this.#groups.flatMap(group => {
      const found = this.#judged(group);
      const told = new Map<Violation['kind'], number>();
      const texts = found.flatMap(violation => {
        const before = told.get(violation.kind) ?? 0;
        told.set(violation.kind, before + 1);
        if (before >= mostTold) return [];
        const context = contextOf(violation, this.#journal, group.name);
        return [[`[${group.name}] ${violation.kind}: ${sentenceOf(violation)}`, ...context].join('\n')];
      });
      for (const [kind, count] of told) {
        if (count > mostTold)
          texts.push(`[${group.name}] ${kind}: and ${count - mostTold} more of this kind`);
      }
      const ends = group.wrongEnds.slice(0, mostTold).map(({text}) => `[${group.name}] ${text}`);
      const more = group.wrongEnds.length - ends.length;
      return [...texts, ...ends, ...(more > 0 ? [`[${group.name}] and ${more} more wrong ends`] : [])];
    });
  }

  /** What was processed, and how much of it again. */
  counts(): Record<string, number> {
    let processed = 0;
    let redelivered = 0;
    for (const group of this.#groups) {
      const seen = new Set<string>();
      for (const {partition, offset, outcome} of group.history().attempts) {
        if (outcome !== 'processed') continue;
        const at = `${partition}@${offset}`;
        if (seen.has(at)) redelivered++;
        seen.add(at);
      }
      processed += seen.size;
    }
    return {processed, redelivered};
  }

  #look(group: DrillGroup): void {
    const told = this.#told.get(group) ?? new Set();
    this.#told.set(group, told);
    for (const violation of this.#judged(group)) {
      const identity = identityOf(violation);
      if (told.has(identity)) continue;
      told.add(identity);
      this.#journal.mention(`[${group.name}] WRONG ${violation.kind}: ${sentenceOf(violation)}`);
    }
  }

  /** This process reads late what members say when it is busy: the judge is given as much more patience. */
  #judged(group: DrillGroup): Violation[] {
    return judge(group.history(), {...patience, known: patience.known + this.#sampler.longestGap});
  }

  #standing(): string {
    const {processed, redelivered} = this.counts();
    const lag = this.#groups.reduce((sum, {samples}) => {
      const last = samples.findLast(({known}) => known);
      if (!last?.known) return sum;
      return sum + last.ends.reduce((all, end, at) => all + end - Math.max(0, last.committed[at] ?? 0), 0);
    }, 0);
    return `${processed} processed, ${redelivered} redelivered, lag ${lag}`;
  }
}
