import {randomUUID} from 'node:crypto';
import {startFrameProxy} from '../../support/frame-proxy.ts';
import {filledTopic} from './broker-under-fire.ts';
import {commandsOn, commandsUnderFire, type Fired} from './commands.ts';
import {consumersBesideDamage, consumersUnderFire} from './consumers.ts';
import {decodeMany} from './decode-many.ts';
import {interfaceUnderFire} from './interface.ts';
import type {RecordedAnswer} from './recorded-answer.ts';
import {requestsUnderFire} from './requests.ts';
import {startWatched} from './watched-program.ts';

export type HostileDrillPlan = {
  readonly seed: number;
  /** Mutated answers that the program is to get, through a proxy. */
  readonly count: number;
  /** Mutated answers that are read in this process. */
  readonly decoded: number;
  readonly perPartition: number;
  /** Keys that are typed at least; 0: the interface is left out. */
  readonly keys: number;
  /** ms that the parts with a proxy may take; what is not reached by then is told by the counts. */
  readonly time: number;
};

/** Of one part, so many are told at once; all are in the result. */
const mostTold = 5;

export type HostileDrillResult = {
  readonly wrong: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
};

/** Of the answers, so many are mutated where any may be: fewer and nothing happens, more and nothing gets on. */
const share = {requests: 0.15, commands: 0.25, consumers: 0.1, records: 1, interface: 0.1} as const;
/** What of the count is for whom. */
const part = {requests: 0.8, commands: 0.05, consumers: 0.08, records: 0.04, interface: 0.03} as const;

/**
 * The program against a broker (`host:port`) whose answers are mutated on the way: single commands, consumers, one with a
 * damaged partition beside good ones, and the interface; and thousands of mutated answers read in this process.
 */
export async function hostileDrill(
  target: string,
  plan: HostileDrillPlan,
  say: (line: string) => void,
): Promise<HostileDrillResult> {
  const {seed, count, perPartition} = plan;
  const began = Date.now();
  const topic = await filledTopic(target, perPartition);
  const group = `hostile-${randomUUID()}`;
  const counts: Record<string, number> = {};
  const wrong: string[] = [];

  const recorded = await recordAnswers(target, topic, group);
  counts['kinds of answers'] = new Set(recorded.map(({apiKey, version}) => `${apiKey} v${version}`)).size;
  const decoded = await decodeMany(recorded, {seed, count: plan.decoded});
  wrong.push(...decoded.wrong.map(each => `read here: ${each}`));
  counts['read here'] = plan.decoded;
  counts['slowest read (ms)'] = Math.round(decoded.slowest);
  counts['MB above the start, here'] = Math.round(decoded.growth / 1024);
  say(`${plan.decoded} mutated answers of ${recorded.length} are read, ${decoded.wrong.length} wrong`);

  const until = Date.now() + plan.time;
  const options = {topic, group, seed, until};
  const mutations = (which: keyof typeof part) => Math.ceil(count * part[which]);
  // Topics of their own for what counts messages: the commands publish to theirs.
  const [beside, flowing, watched] = await Promise.all([
    filledTopic(target, perPartition),
    filledTopic(target, perPartition),
    filledTopic(target, perPartition),
  ]);
  const report = (name: string, fired: Fired) => {
    wrong.push(...fired.wrong);
    counts[`mutated answers, ${name}`] = fired.mutations;
    counts[`runs, ${name}`] = fired.runs;
    counts[`MB above the start, ${name}`] = Math.round(fired.growth / 1024);
    counts['mutated answers'] = (counts['mutated answers'] ?? 0) + fired.mutations;
    const seconds = Math.round((Date.now() - began) / 1000);
    say(
      `${name}: ${fired.mutations} mutated answers in ${fired.runs} runs, ${fired.wrong.length} wrong, after ${seconds} s`,
    );
    for (const each of fired.wrong.slice(0, mostTold)) say(`WRONG ${each}`);
  };
  await Promise.all([
    requestsUnderFire(target, {...options, share: share.requests, mutations: mutations('requests')}).then(
      fired => report('requests', fired),
    ),
    commandsUnderFire(target, {...options, share: share.commands, mutations: mutations('commands')}).then(
      fired => report('commands', fired),
    ),
    consumersUnderFire(target, {
      ...options,
      topic: flowing,
      share: share.consumers,
      mutations: mutations('consumers'),
    }).then(fired => report('consumers', fired)),
    consumersBesideDamage(target, {
      ...options,
      topic: beside,
      share: share.records,
      mutations: mutations('records'),
      perPartition,
    }).then(fired => {
      report('beside damage', fired);
      counts['ms until the others were processed'] = fired.othersAfter;
    }),
  ]);
  if (plan.keys === 0) return {wrong, counts};
  // By itself, for it measures time.
  const keys = {...options, until: Date.now() + plan.time / 2, keys: plan.keys};
  const screen = await interfaceUnderFire(target, {
    ...keys,
    topic: watched,
    share: share.interface,
    mutations: mutations('interface'),
  });
  report('interface', screen);
  counts['latest key (ms)'] = Math.round(screen.latest);
  return {wrong, counts};
}

/** What the program is answered when all is well, once for each command. */
async function recordAnswers(
  target: string,
  topic: string,
  group: string,
): Promise<readonly RecordedAnswer[]> {
  const recorded: RecordedAnswer[] = [];
  const proxy = await startFrameProxy(target, () => ({
    answer(frame, asked) {
      if (asked) recorded.push({apiKey: asked.apiKey, version: asked.version, frame: Buffer.from(frame)});
      return [frame];
    },
  }));
  const consume = ['consume', '--brokers', proxy.bootstrap, '--topic', topic, '--group', group];
  try {
    for (const command of [
      [...consume, '--from', 'beginning', '--max', '20'],
      ...commandsOn(topic, group, proxy.bootstrap),
    ]) {
      const program = startWatched(command);
      program.child.stdin.end();
      const problems = await program.judged;
      if (problems.length > 0) throw new Error(`${command[0]}, when all is well: ${problems.join('\n')}`);
    }
  } finally {
    await proxy.close();
  }
  return recorded;
}
