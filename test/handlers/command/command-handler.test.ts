import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {createCommandHandler} from '../../../source/handlers/command/command-handler.ts';
import {attempt, message, python, pythonThere} from '../support/programs.ts';
import {handlerFile, runOf} from '../support/runs.ts';

const handlerOf = (code: string, timeout = 15_000) => createCommandHandler(python(code), {timeout});

describe.skipIf(!pythonThere.available)('a program run for each message', () => {
  it('gets the value on stdin and the metadata in the environment; what it prints is kept', async () => {
    const handler = await handlerOf(`
import json, os, sys
value = json.load(sys.stdin)
print(value["n"], os.environ["KAFKA_TOPIC"], os.environ["KAFKA_OFFSET"], os.environ["KAFKA_KEY"])
print("a warning", file=sys.stderr)`);
    const outcome = await attempt(
      handler,
      message({key: Buffer.from('u-17'), value: Buffer.from('{"n":1}')}),
    );
    expect(outcome).toMatchObject({
      status: 'processed',
      output: expect.stringContaining('1 notifications 42 u-17'),
    });
    expect(outcome.output).toContain('a warning');
    expect(outcome.durationMs).toBeGreaterThan(0);
  });

  it('gets the bytes as they are', async () => {
    const handler = await createCommandHandler(['cat'], {timeout: 5000});
    const value = Buffer.from('{"n": 9007199254740993, "n": 1.10}');
    expect(await attempt(handler, message({value}))).toMatchObject({output: value.toString()});
  });

  it.each([
    [1, true],
    [2, true],
    [75, false],
  ])('ends with exit %i: permanent %s', async (code, permanent) => {
    const handler = await handlerOf(`import sys; print("no such user", file=sys.stderr); sys.exit(${code})`);
    expect(await attempt(handler, message())).toMatchObject({
      status: 'failed',
      output: 'no such user',
      failure: {name: `exit ${code}`, message: 'no such user', permanent},
    });
  });

  it('fails by an exception: its last line and its place are the reason', async () => {
    const handler = await handlerOf('import json, sys\n\njson.load(sys.stdin)["to"]');
    expect(await attempt(handler, message())).toMatchObject({
      failure: {name: 'exit 1', message: "KeyError: 'to'", where: 'program.py:3', permanent: true},
    });
  });

  it('is ended by a signal: it may pass when tried again', async () => {
    const handler = await handlerOf('import os; os.kill(os.getpid(), 9)');
    expect(await attempt(handler, message())).toMatchObject({
      failure: {name: 'SIGKILL', message: 'the program was ended by SIGKILL', permanent: false},
    });
  });

  it('takes the messages of a run in order and stops at the first failure', async () => {
    const handler = await handlerOf('import json, sys; n = json.load(sys.stdin); print(n); sys.exit(n == 2)');
    const outcomes = await handler.handle(runOf(['1', '2', '3']));
    expect(outcomes.map(({status, output}) => [status, output])).toEqual([
      ['processed', '1'],
      ['failed', '2'],
    ]);
  });

  it('is not run for what is not JSON, but for a tombstone, with empty input', async () => {
    const handler = await handlerOf(
      'import os, sys; print(len(sys.stdin.read()), os.environ["KAFKA_TOMBSTONE"])',
    );
    expect(await handler.handle(runOf([null, 'nope']))).toMatchObject([
      {status: 'processed', output: '0 1'},
      {status: 'failed', failure: {name: 'undecodable', permanent: true}},
    ]);
  });

  it('may contain what a shell would take for its own', async () => {
    const handler = await createCommandHandler(['echo', '$HOME', ';', 'false', '`id`'], {timeout: 5000});
    expect(await attempt(handler, message())).toMatchObject({
      status: 'processed',
      output: '$HOME ; false `id`',
    });
  });

  it('begins no further message when asked to stop', async () => {
    const handler = await createCommandHandler(['cat'], {timeout: 5000});
    const controller = new AbortController();
    const outcomes = handler.handle(runOf(Array(50).fill('1'), {signal: controller.signal}));
    controller.abort();
    expect(await outcomes).toHaveLength(1);
  });

  it('is named as it was typed', async () => {
    const handler = await createCommandHandler(['cat', '-u'], {timeout: 5000});
    expect(handler.name).toBe('cat -u');
  });
});

describe.skipIf(!pythonThere.available)('a hostile program', () => {
  it('that is not there is refused at the start, by name', async () => {
    const create = (program: string) => createCommandHandler([program], {timeout: 1000});
    await expect(create('no-such-program')).rejects.toThrow(
      'There is no program no-such-program on the PATH',
    );
    await expect(create('./missing.sh')).rejects.toThrow(
      /The program \.\/missing\.sh cannot be run: .* is not there/,
    );
    await expect(create(handlerFile('#!/bin/sh', 'a.sh'))).rejects.toThrow(/is not executable \(chmod \+x\)/);
  });

  it('that vanished since fails the message, and nothing else', async () => {
    const handler = await createCommandHandler(['sh', '-c', 'exit 0'], {timeout: 1000});
    expect(await attempt(handler, message())).toMatchObject({status: 'processed'});
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      expect(await attempt(handler, message())).toMatchObject({
        failure: {name: 'not started', message: expect.stringContaining('ENOENT'), permanent: false},
      });
    } finally {
      process.env.PATH = path;
    }
  });

  it('that does not read its input is no failure, however large that is', async () => {
    const handler = await handlerOf('');
    const value = Buffer.from(JSON.stringify('x'.repeat(5_000_000)));
    expect(await attempt(handler, message({value}))).toMatchObject({status: 'processed'});
  });

  it('that never ends: a timeout, and neither it nor what it started is left', async () => {
    const file = join(dirname(handlerFile('')), 'pid');
    const handler = await handlerOf(
      `import subprocess, time
child = subprocess.Popen(["sleep", "600"])
open("${file}", "w").write(str(child.pid))
print("waiting", flush=True)
time.sleep(600)`,
      5000,
    );
    expect(await attempt(handler, message())).toMatchObject({
      status: 'failed',
      output: 'waiting',
      failure: {
        name: 'timeout',
        message: 'the program did not end within 5 s, and was ended',
        permanent: false,
      },
    });
    const pid = Number(readFileSync(file, 'utf8'));
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 30_000);
  });

  it('that will not be ended politely is ended all the same', async () => {
    const handler = await handlerOf(
      'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)',
      500,
    );
    expect(await attempt(handler, message())).toMatchObject({failure: {name: 'timeout'}});
  });

  it('that leaves something behind, holding its output open, does not hold the message', async () => {
    const handler = await createCommandHandler(['sh', '-c', 'sleep 600 & echo done; echo $!'], {
      timeout: 10_000,
    });
    const outcome = await attempt(handler, message());
    expect(outcome).toMatchObject({status: 'processed', output: expect.stringMatching(/^done\n\d+$/)});
    expect(outcome.durationMs).toBeLessThan(5000);
    process.kill(Number(outcome.output!.split('\n')[1]));
  });

  it('that prints 10 MB: the beginning is kept, the rest is counted', async () => {
    const handler = await handlerOf('print("x" * 10_000_000)');
    const {output} = await attempt(handler, message());
    expect(output).toHaveLength(65_536 + '… 9.9 MB more'.length);
    expect(output).toMatch(/… 9\.9 MB more$/);
  });

  it('that runs while the handler is closed is ended; that is no failure of the message', async () => {
    const file = join(dirname(handlerFile('')), 'began');
    const handler = await createCommandHandler(['sh', '-c', `touch ${file}; sleep 600`], {timeout: 600_000});
    const outcomes = handler.handle(runOf(['1', '2']));
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), 30_000);
    await handler.close();
    expect(await outcomes).toEqual([]);
    expect(await handler.handle(runOf(['1']))).toEqual([]);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has fetched yet does no harm any more.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
