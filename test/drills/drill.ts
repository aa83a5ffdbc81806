import {createClient} from '../../source/kafka/client.ts';
import {Half, type Wrong} from './half.ts';
import {chance, type DrillPlan} from './plan.ts';
import {kcatVisitor} from './visitor.ts';
import {within} from './within.ts';

/** What the drill needs of a broker: to be killed and to come back. */
export type DrillBroker = {
  readonly bootstrap: string;
  kill(): Promise<void>;
  start(): Promise<void>;
};

export type DrillResult = {
  readonly wrong: readonly Wrong[];
  /** Counts for the person who reads the drill. */
  readonly counts: Readonly<Record<string, number>>;
};

/** ms without progress after which a held message is taken for what holds the work up. */
const stillness = 3000;

type Act = 'kill' | 'stop' | 'broker' | 'visitor';

/**
 * Consumes all messages of both halves while consumers are killed and stopped, the broker is killed and restarted, and
 * a consumer of another kind comes and goes. After each of these the judge holds the committed offsets against what was
 * really finished. `withVisitor` is false where there is no kcat.
 */
export async function drill(
  broker: DrillBroker,
  plan: DrillPlan,
  /** `deadline`: ms for the whole drill. */
  options: {withVisitor: boolean; deadline: number; say(line: string): void},
): Promise<DrillResult> {
  const {say} = options;
  const client = createClient({brokers: broker.bootstrap.split(',')});
  const admin = client.kafka.admin();
  await admin.connect();
  const halves = plan.policies.map(policy => new Half(plan, policy, broker.bootstrap, client.kafka, admin));
  const wrong: Wrong[] = [];
  const counts: Record<string, number> = {
    messages: 0,
    kills: 0,
    stops: 0,
    brokerKills: 0,
    visitors: 0,
    visitorTook: 0,
    operatorRestarts: 0,
    supervisorRestarts: 0,
  };
  const until = Date.now() + options.deadline;

  for (const half of halves) {
    await half.fill();
    half.startConsumer();
    while (!(await half.hasStarted().catch(() => false)) && Date.now() < until) await pause();
    counts.messages! += half.total;
  }
  const acts = shuffledActs(plan, options.withVisitor);
  for (const [index, act] of acts.entries()) {
    const half = halves[index % halves.length]!;
    // Each act strikes after a share of the work, so that all of them meet a consumer at work.
    await progress(half, Math.floor((half.total * (index + 1)) / (acts.length + 2)));
    if (!half.isRunning) {
      wrong.push(
        `${half.policy}: the consumer ended by itself before act ${index + 1}:\n${half.lastWords()}`,
      );
      half.startConsumer();
    }
    await play(act, half);
    wrong.push(...(await judged(half, act)));
  }
  for (const half of halves) {
    await progress(half, Number.POSITIVE_INFINITY);
    const code = await half.endConsumer('SIGTERM');
    if (code !== 0) wrong.push(`${half.policy}: the last stop ended with ${code}:\n${half.lastWords()}`);
    wrong.push(...(await judged(half, 'end')));
    const committed = await half.committed();
    if (committed.some((offset, partition) => offset !== half.ends[partition])) {
      wrong.push(`${half.policy}: at the end ${committed.join(' ')} are committed of ${half.ends.join(' ')}`);
    }
    counts[`processed (${half.policy})`] = half.processedCount();
    if (half.policy === 'dead-letter') counts['dead letters'] = (await half.deadLetters()).size;
    counts[`starts (${half.policy})`] = half.starts;
  }
  await admin.disconnect();
  return {wrong, counts};

  async function play(act: Act, half: Half): Promise<void> {
    say(`${half.policy}: ${act} at ${half.processedCount()} processed`);
    switch (act) {
      case 'kill':
        counts.kills!++;
        await half.endConsumer('SIGKILL');
        half.startConsumer();
        break;
      case 'stop': {
        counts.stops!++;
        const code = await half.endConsumer('SIGTERM');
        if (code !== 0) wrong.push(`${half.policy}: a stop ended with ${code}:\n${half.lastWords()}`);
        half.startConsumer();
        break;
      }
      case 'broker':
        counts.brokerKills!++;
        await broker.kill();
        await broker.start();
        break;
      case 'visitor': {
        counts.visitors!++;
        const visitor = kcatVisitor(broker.bootstrap, half.group, half.topic, 50);
        for (const [partition, offset] of await within(60_000, 'the visitor to leave', visitor.took)) {
          half.visit(partition, offset);
          counts.visitorTook!++;
        }
        break;
      }
    }
  }

  /** A dead letter that met the broker's death is held (rule 5); a restart is how an operator without a screen retries. */
  async function operate(half: Half): Promise<void> {
    say(`${half.policy}: held, restarted by the operator at ${half.processedCount()} processed`);
    counts.operatorRestarts!++;
    const code = await half.endConsumer('SIGTERM');
    if (code !== 0) wrong.push(`${half.policy}: a stop while held ended with ${code}:\n${half.lastWords()}`);
    half.startConsumer();
  }

  async function judged(half: Half, act: string): Promise<Wrong[]> {
    // A broker that has just come back may not know the group at once.
    for (;;) {
      try {
        const found = await half.judge();
        if (found.length > 0) say(`${half.policy}: after ${act}: ${found.length} wrong`);
        return found;
      } catch (error) {
        if (Date.now() > until) throw error;
        await pause();
      }
    }
  }

  /** Waits until so many messages are committed, or all. */
  async function progress(half: Half, count: number): Promise<void> {
    const wanted = Math.min(count, half.total);
    let before = -1;
    let since = Date.now();
    for (;;) {
      const committed = await half.committed().catch(() => []);
      const sum = committed.reduce((all, offset) => all + offset, 0);
      if (sum >= wanted) return;
      if (half.missedTheBroker) {
        counts.supervisorRestarts!++;
        half.startConsumer();
      }
      if (!half.isRunning) return;
      if (sum !== before) since = Date.now();
      before = sum;
      if (half.isHeld && Date.now() - since > stillness) await operate(half);
      if (Date.now() > until) {
        throw new Error(
          `${half.policy}: no progress to ${wanted}; committed ${committed.join(' ')}\n${half.lastWords()}`,
        );
      }
      await pause();
    }
  }
}

function pause(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 50));
}

function shuffledActs({seed, kills, stops, brokerKills, visitors}: DrillPlan, withVisitor: boolean): Act[] {
  const acts: Act[] = [
    ...new Array<Act>(kills).fill('kill'),
    ...new Array<Act>(stops).fill('stop'),
    ...new Array<Act>(brokerKills).fill('broker'),
    ...new Array<Act>(withVisitor ? visitors : 0).fill('visitor'),
  ];
  return acts
    .map((act, index) => ({act, at: chance(seed, index, 0)}))
    .sort((left, right) => left.at - right.at)
    .map(({act}) => act);
}
