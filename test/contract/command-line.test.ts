import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {run, runForText} from '../support/program.ts';

/** Nothing listens there: whoever gets so far says so. */
const brokers = ['--brokers', '127.0.0.1:1'];

describe('the command line of the program', () => {
  it.each([
    [
      ['rewind', '--topic', 't', '--to', '0', '--partition', '', '--yes'],
      'The value of --partition is empty',
    ],
    [['publish', '--topic', 't', '--key', '--null'], '--key needs a value behind it.'],
    [['publish', '--topic', 't', '--null', '--key'], '--key needs a value behind it.'],
    [['publish', '--topic', 't', '--header', ''], 'The value of --header is empty'],
    [['publish', '--topic', 't', '--topic', 'u'], '--topic is given twice'],
    [['topic', 't', '--topic', 'u'], 'Two topics are named, t and --topic u'],
    [['broker', '--host', ''], 'The value of --host is empty'],
    [['groups', '--topic', 'dev'], '--topic goes with the NAME of one'],
    [['groups', '--group', 'mailer'], 'takes the NAME of a group without --group'],
    [['consume', '--topic', 't', '--from', 'yesterday'], '"yesterday" is no place to begin'],
    [['peek', '--topic', 't', '--filter', 'kex:u'], 'A filter has no kex:'],
    [['consume', '--\u001b[31mred'], 'There is no flag --␛[31mred; --help lists them.'],
  ])('refuses %j with a sentence and exit 2', async (args, sentence) => {
    const {code, stderr, lines} = await run([...args.slice(0, 1), ...brokersFor(args), ...args.slice(1)], {
      stdin: '{}',
    });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([code, lines]).toEqual([2, []]);
  });

  it('takes flags before the command', async () => {
    const {code, stderr} = await run([...brokers, 'groups']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Nothing is listening on 127.0.0.1:1')]);
  });

  it('takes no topic that the interface remembered, and says which that is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-'));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({topic: 'remembered'}));
    const env = {KAFKA_NOTIFY_CONFIG_DIR: folder};
    const commands = [['publish'], ['peek'], ['consume'], ['redrive'], ['topic'], ['rewind', '--to', '0']];
    const all = await Promise.all(commands.map(args => run([...args, ...brokers], {stdin: '{}', env})));
    for (const {code, stderr, lines} of all) {
      expect(stderr).toContain('No topic is named');
      expect(stderr).toContain('The interface remembers remembered');
      expect([code, lines]).toEqual([2, []]);
    }
    const named = await run(['peek', ...brokers], {env: {...env, TOPIC_NAME: 't'}});
    expect(named.stderr).toContain('Nothing is listening');
  });

  it('shows help beside other flags and does nothing else; the interface’s own too', async () => {
    const publish = await runForText(['publish', '--topic', 't', '--help']);
    expect([publish.code, publish.stderr]).toEqual([0, '']);
    expect(publish.stdout).toContain('--list-templates');
    const general = await runForText(['--help']);
    expect(general.stdout).toContain('kafka-notify COMMAND');
    expect(general.stdout).toContain('--recipient-path');
    const consume = await runForText(['consume', '--help']);
    for (const words of ['message {topic, partition', 'permanent: true', '{"status":"failed","error":"why"}'])
      expect(consume.stdout).toContain(words);
  });
});

function brokersFor([command]: readonly string[]): readonly string[] {
  return command === 'broker' ? [] : brokers;
}
