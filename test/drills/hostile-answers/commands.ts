import type {FrameProxy} from '../../support/frame-proxy.ts';
import {startHostileProxy} from './hostile-proxy.ts';
import {startWatched} from './watched-program.ts';

/** ms in which a command has to end, whatever it is answered. */
const deadline = 90_000;

/** What is run once, to its end; the group need not exist. */
export function commandsOn(
  topic: string,
  group: string,
  bootstrap: FrameProxy['bootstrap'],
): readonly string[][] {
  const at = ['--brokers', bootstrap];
  const on = [...at, '--topic', topic];
  return [
    ['peek', ...on, '--from', 'beginning', '--max', '50'],
    ['publish', ...on, '--value', '{"n":1}'],
    ['topic', ...on],
    ['groups', ...at],
    ['groups', group, ...at],
    ['doctor', ...on],
    ['rewind', ...on, '--group', group, '--to', 'beginning', '--count'],
  ];
}

export type Fired = {
  readonly wrong: readonly string[];
  readonly mutations: number;
  readonly growth: number;
  readonly runs: number;
};

/** What is asked about, how answers are mutated, and when it is enough. */
export type Fire = {
  readonly topic: string;
  readonly group: string;
  readonly seed: number;
  readonly share: number;
  readonly mutations: number;
  /** ms since 1970 */
  readonly until: number;
};

/** One command after the other, each through a proxy of its own, until so many answers were mutated or the time is up. */
export async function commandsUnderFire(
  target: string,
  options: Fire & {readonly sparesSilence: boolean},
): Promise<Fired> {
  const {topic, group, seed, share, until, sparesSilence} = options;
  const wrong: string[] = [];
  let mutations = 0;
  let growth = 0;
  let run = 0;
  for (; mutations < options.mutations && Date.now() < until; run++) {
    const proxy = await startHostileProxy(target, {
      seed: seed * 10_007 + run,
      share,
      partition: null,
      sparesSilence,
    });
    const commands = commandsOn(topic, group, proxy.bootstrap);
    const command = commands[run % commands.length]!;
    const program = startWatched(command);
    program.child.stdin.end();
    const late = setTimeout(() => {
      wrong.push(`${command[0]} does not end within ${deadline / 1000} s`);
      program.child.kill('SIGKILL');
    }, deadline);
    const found = await program.judged;
    clearTimeout(late);
    growth = Math.max(growth, program.growth());
    mutations += proxy.mutations();
    wrong.push(
      ...found.map(each => `${command[0]}, seed ${seed}, run ${run}: ${each}\n${proxy.last().join('\n')}`),
    );
    await proxy.close();
  }
  return {wrong, mutations, growth, runs: run};
}
