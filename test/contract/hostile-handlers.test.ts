import {expect, it} from 'vitest';
import {handlerFile} from '../handlers/support/runs.ts';
import {type Line, positions, start} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';

/** The consumer's; without a heartbeat for so long the group drops the member. */
const sessionTimeout = 10_000;
const blockedFor = 12_000;

/** A handler whose body runs for the message with `bad`; all others are processed at once. */
const badly = (body: string) =>
  handlerFile(`export function processMessage({value}) {
    if (!value.bad) return;
    ${body}
  }`);

describeOnBrokers('hostile processing code', broker => {
  /** Three messages in each of two partitions, the middle one of partition 0 is bad. Ends when the last is finished. */
  async function consumeOneBad(body: string, ...more: string[]) {
    const topic = await broker.freshTopic({partitions: 2});
    const group = `group-${topic}`;
    const messages = [0, 1].flatMap(partition =>
      [0, 1, 2].map(offset => ({partition, value: JSON.stringify({bad: partition === 0 && offset === 1})})),
    );
    await broker.produce(topic, messages);
    const running = start([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group],
      ...['--from', 'beginning', '--retries', '0', '--on-failure', 'skip', '--handler', badly(body), ...more],
    ]);
    await running.line(line => line.status === 'committed');
    const before = await members(broker, group);
    for (const last of ['0@2', '1@2'])
      await running.line(line => positions([line], 'processed').includes(last), 30_000);
    const after = await members(broker, group);
    running.child.kill('SIGTERM');
    const {code, lines, stderr} = await running.finished;

    // The same for every hostility: the rest is processed, the membership is the one of the start, all is committed.
    expect(code).toBe(0);
    expect(before).toHaveLength(1);
    expect(after).toEqual(before);
    expect(stderr.match(/In group/g)).toHaveLength(1);
    expect(stderr).not.toContain('meeting anew');
    expect(stderr).not.toContain('    at ');
    expect(positions(lines, 'processed')).toEqual(
      expect.arrayContaining(['0@0', '0@2', '1@0', '1@1', '1@2']),
    );
    expect(await broker.committed(group, topic)).toEqual(['3', '3']);
    const bad = lines.filter(line => line.partition === 0 && line.offset === '1');
    return {bad: bad.filter(line => line.status !== 'committed'), stderr};
  }

  const errorOf = (line: Line | undefined) => line?.error;
  const statuses = (lines: readonly Line[]) => lines.map(line => line.status);

  it.each([
    ['throws undefined', 'throw undefined;', {name: 'thrown'}],
    ['rejects with nothing', 'return Promise.reject();', {name: 'thrown'}],
    ['calls process.exit', 'process.exit(0);', {name: 'exit'}],
    ['calls process.abort', 'process.abort();', {}],
    ['overflows the stack', 'const again = () => again() + 1; again();', {name: 'RangeError'}],
    ['throws what cannot be read', 'throw new Proxy({}, {get() { throw 1; }});', {}],
  ])('that %s is a failure of its message', async (_, body, failure) => {
    const {bad} = await consumeOneBad(body);
    expect(statuses(bad)).toEqual(['failed', 'skipped']);
    expect(errorOf(bad[0])).toMatchObject(failure);
  });

  it('that never returns fails by the timeout', async () => {
    const {bad} = await consumeOneBad('return new Promise(() => {});', '--timeout', '3s');
    expect(statuses(bad)).toEqual(['failed', 'skipped']);
    expect(errorOf(bad[0])).toMatchObject({name: 'timeout', message: expect.stringContaining('3 s')});
  });

  it('that prints 10 MB is processed, with the beginning of what it printed', async () => {
    const {bad} = await consumeOneBad('console.log("x".repeat(10_000_000));');
    expect(statuses(bad)).toEqual(['processed']);
    const output = String(bad[0]!.output);
    expect(output.length).toBeLessThan(70_000);
    expect(output).toMatch(/^x+.*more characters\)$/s);
  });

  it('that prints escape sequences cannot reach the terminal with them', async () => {
    const {bad, stderr} = await consumeOneBad(
      'process.stderr.write("\\u001b[2J"); Promise.reject(new Error("\\u001b]0;title\\u0007"));',
    );
    expect(statuses(bad)).toEqual(['processed']);
    expect(stderr).toContain('title');
    expect(stderr).not.toContain('\u001b');
    expect(stderr).not.toContain('\u0007');
  });

  it('that blocks for longer than the session timeout is processed when it returns', async () => {
    const {bad} = await consumeOneBad(
      `const until = Date.now() + ${blockedFor}; while (Date.now() < until);`,
      '--timeout',
      '20s',
    );
    expect(statuses(bad)).toEqual(['processed']);
    expect(bad[0]!.durationMs).toBeGreaterThan(sessionTimeout);
  });

  it('that blocks for ever is ended by the timeout', async () => {
    const {bad} = await consumeOneBad('for (;;);', '--timeout', '2s');
    expect(statuses(bad)).toEqual(['failed', 'skipped']);
    expect(errorOf(bad[0])).toMatchObject({name: 'timeout', message: expect.stringContaining('blocking')});
  });
});

/** Who is in the group, as its broker says. */
async function members(broker: BrokerUnderTest, group: string): Promise<string[]> {
  const {groups} = await broker.admin().describeGroups([group]);
  return groups.flatMap(each => each.members.map(member => member.memberId));
}
