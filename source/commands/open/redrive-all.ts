import type {FlowEvent, LostPosition} from '../../flow/events.ts';
import {Consumption} from '../../kafka/consumption.ts';
import type {Topics} from '../../kafka/topics.ts';
import {resultOfFailure} from '../../session/redrive.ts';
import {sayUnreadable} from '../../session/unreadable.ts';
import {checkGroupIsFree} from '../foreign-group-check.ts';
import {planRedrive, type RedrivePlan, withinPlan} from '../redrive-plan.ts';
import {watchEnds} from '../watch-ends.ts';
import {
  passOverSettled,
  type RedriveRun,
  type RunParts,
  redriveHandler,
  redrivenBefore,
  type Summary,
  summaryOf,
} from './redrive-run.ts';

/** How long what is in hand may take when the redrive ends, in ms. */
const grace = 10_000;
/** Further attempts where publishing failed for certain, as the command has. */
const retries = 2;

/**
 * Redrives everything up to what was counted, exactly as the command does: as a member of the redrive's group, in order,
 * committing what is acknowledged. One that fails or is unknown holds its partition; the others go on.
 */
export function redriveAll(parts: RunParts, topics: Topics, counted: RedrivePlan): RedriveRun {
  const run = new AllRun(parts, topics, counted);
  return {
    ended: run.run(),
    pause: () => run.pause(),
    resume: () => run.resume(),
    cancel: () => run.cancel(),
  };
}

class AllRun {
  readonly #parts: RunParts;
  readonly #topics: Topics;
  readonly #counted: RedrivePlan;
  readonly #counts = {redriven: 0, before: 0, failed: 0, unknown: 0};
  readonly #finished: Promise<void>;
  #finish!: (problem?: Error) => void;
  #consumption: Consumption | null = null;
  #why = '';

  constructor(parts: RunParts, topics: Topics, counted: RedrivePlan) {
    this.#parts = parts;
    this.#topics = topics;
    this.#counted = counted;
    this.#finished = new Promise((resolve, reject) => {
      this.#finish = problem => (problem ? reject(problem) : resolve());
    });
    this.#finished.catch(() => {});
  }

  async run(): Promise<Summary> {
    const {redrive} = this.#parts;
    const running = {status: 'running', what: 'all', paused: false, ending: false, done: 0} as const;
    redrive.setState({...running, total: Number(this.#counted.waiting)});
    const plan = await this.#planNow();
    const total = Number(plan.waiting);
    redrive.setState({...running, total});
    if (total === 0) return summaryOf(redrive.to, 0, this.#counts);
    await checkGroupIsFree({client: this.#parts.client, topics: this.#topics}, plan);
    const consumption = this.#consume(plan);
    this.#consumption = consumption;
    const ends = new Map([...plan.parts].map(([partition, {end}]) => [partition, end]));
    let stopLooking = () => {};
    try {
      await Promise.race([consumption.start(), this.#finished]);
      stopLooking = watchEnds(consumption, ends, {isOpen: () => false, done: () => this.#finish()});
      await this.#finished;
    } finally {
      stopLooking();
      await consumption.stop(grace);
    }
    return summaryOf(redrive.to, total, this.#counts, this.#why);
  }

  pause(): void {
    this.#setPaused(true);
    this.#consumption?.pause();
  }

  resume(): void {
    this.#setPaused(false);
    this.#consumption?.resume();
  }

  cancel(): void {
    const {redrive} = this.#parts;
    if (redrive.state.status === 'running') redrive.setState({...redrive.state, ending: true});
    this.#finish();
  }

  #setPaused(paused: boolean): void {
    const {redrive} = this.#parts;
    if (redrive.state.status === 'running') redrive.setState({...redrive.state, paused});
  }

  /** Where the group is now (another redrive may have gone on meanwhile), up to the ends that were counted. */
  async #planNow(): Promise<RedrivePlan> {
    const now = await planRedrive(this.#topics, this.#counted);
    const parts = new Map(
      [...now.parts].map(([partition, {from}]) => {
        const end = this.#counted.parts.get(partition)?.end ?? from;
        return [partition, {from, end: end > from ? end : from}];
      }),
    );
    const waiting = [...parts.values()].reduce((sum, {from, end}) => sum + (end - from), 0n);
    return {...now, parts, waiting};
  }

  #consume(plan: RedrivePlan): Consumption {
    const {client, clock, redrive} = this.#parts;
    return new Consumption({
      kafka: client.kafka,
      brokers: client.brokers,
      topic: plan.topic,
      group: plan.group,
      clock,
      limits: client.recordLimits,
      handler: withinPlan(passOverSettled(redriveHandler(this.#parts), redrive), plan),
      policy: {onFailure: 'hold', retries},
      onLost: 'ask',
      start: plan.start,
      atFirst: 'give-up',
      deadLetter: async () => ({status: 'refused', reason: 'dead letters are not dead-lettered again'}),
      onEvent: event => this.#hear(event),
      onState: state => {
        if (state.status === 'failed') this.#finish(new Error(state.explanation));
      },
      onFacts() {},
    });
  }

  #hear(event: FlowEvent): void {
    const {redrive} = this.#parts;
    switch (event.type) {
      case 'handled':
        event.outcomes.forEach(outcome => {
          if (outcome.status !== 'processed') return;
          this.#counts[outcome.note === redrivenBefore ? 'before' : 'redriven']++;
          redrive.step();
        });
        break;
      case 'held': {
        const result = resultOfFailure(event.failure);
        redrive.setResult(event.message, result);
        this.#counts[result.status === 'unknown' ? 'unknown' : 'failed']++;
        this.#why = ' behind that';
        redrive.step();
        break;
      }
      case 'position-lost': {
        this.#why = `, since ${sayLost(event.lost)}`;
        break;
      }
      case 'batch-unreadable':
        this.#why = `, since ${sayUnreadable({...event.batch, ...event.at})}`;
        break;
      case 'commit-failed':
        this.#why = `; a commit was not confirmed: ${event.reason}`;
        break;
      default:
        break;
    }
  }
}

function sayLost({partition, position, first, end, cause}: LostPosition): string {
  switch (cause) {
    case 'retention':
      return `${partition}@${position}–${first - 1n} no longer exist`;
    case 'beyond-end':
      return `${partition}@${position} is beyond the end ${end} by ${position - end}`;
    case 'recreated':
      return `${partition}@${position} was of a topic that is gone`;
  }
}
