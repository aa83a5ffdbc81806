import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterEach, describe, expect, it, vi} from 'vitest';
import type {Handler} from '../../../source/flow/handler.ts';
import {createLinesHandler} from '../../../source/handlers/command/lines-handler.ts';
import {attempt, message, python, pythonThere} from '../support/programs.ts';
import {handlerFile, run, runOf} from '../support/runs.ts';

const open: Handler[] = [];
const notices: string[] = [];

/** A program that answers `answer(value)`, a line of Python, for each line. */
const answering = (answer: string, before = '') => `
import json, os, sys, time
${before}
for line in sys.stdin:
    message = json.loads(line)
    value = message["value"]
    ${answer}
`;
const ok = `print('{"status":"ok"}', flush=True)`;

async function handlerOf(code: string, timeout = 10_000): Promise<Handler> {
  const handler = await createLinesHandler(python(code), {
    timeout,
    onNotice: text => void notices.push(text),
  });
  open.push(handler);
  return handler;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(handler => handler.close()));
  notices.length = 0;
});

describe.skipIf(!pythonThere.available)('a program that is spoken to by lines', () => {
  it('gets the messages in order and answers each; what it prints on stderr is kept', async () => {
    const handler = await handlerOf(
      answering(`print(message["offset"], value, file=sys.stderr, flush=True); ${ok}`),
    );
    const outcomes = await handler.handle(runOf(['"a"', null, '"c"']));
    expect(outcomes).toMatchObject([
      {status: 'processed', output: '0 a'},
      {status: 'processed', output: '1 None'},
      {status: 'processed', output: '2 c'},
    ]);
  });

  it('runs on from message to message', async () => {
    const handler = await handlerOf(
      answering('print(json.dumps({"status": "ok", "note": str(os.getpid())}), flush=True)'),
    );
    const [first] = await handler.handle(runOf(['1']));
    const [second] = await handler.handle(runOf(['2']));
    expect(first).toEqual({...second, durationMs: first!.durationMs});
  });

  it('is sent nothing behind a failure', async () => {
    const file = join(dirname(handlerFile('')), 'seen');
    const handler = await handlerOf(
      answering(
        `seen.write(line); seen.flush(); print('{"status":"ok"}' if value != 2 else '{"status":"failed","error":"two"}', flush=True)`,
        `seen = open("${file}", "w")`,
      ),
    );
    expect(await handler.handle(runOf(['1', '2', '3', '4']))).toMatchObject([
      {status: 'processed'},
      {status: 'failed', failure: {message: 'two', permanent: false}},
    ]);
    expect(await handler.handle(runOf(['5'], {partition: 1}))).toMatchObject([{status: 'processed'}]);
    expect(readFileSync(file, 'utf8').match(/"value":\d/g)).toEqual(['"value":1', '"value":2', '"value":5']);
  });

  it('takes several partitions side by side, each in its order', async () => {
    const handler = await handlerOf(
      answering(
        'print(json.dumps({"status": "ok", "note": f\'{message["partition"]}@{message["offset"]}\'}), flush=True)',
      ),
    );
    const runs = await Promise.all(
      [0, 1, 2, 3].map(partition => handler.handle(runOf(Array(50).fill('1'), {partition}))),
    );
    runs.forEach((outcomes, partition) => {
      expect(outcomes.map(outcome => ('note' in outcome ? outcome.note : outcome.status))).toEqual(
        Array.from({length: 50}, (_, offset) => `${partition}@${offset}`),
      );
    });
  });

  it('takes large values', async () => {
    const handler = await handlerOf(
      answering('print(json.dumps({"status": "ok", "note": str(len(value))}), flush=True)'),
    );
    expect(await handler.handle(runOf([JSON.stringify('x'.repeat(3_000_000))]))).toMatchObject([
      {status: 'processed', note: '3000000'},
    ]);
  });

  it('does not see what is not JSON', async () => {
    const handler = await handlerOf(answering(ok));
    expect(
      await handler.handle(run([Buffer.from('1'), Buffer.from([0xff]), Buffer.from('1')])),
    ).toMatchObject([
      {status: 'processed'},
      {status: 'failed', failure: {name: 'undecodable', permanent: true}},
    ]);
  });

  it('begins no further message when asked to stop, and finishes the one in hand', async () => {
    const handler = await handlerOf(answering(`time.sleep(0.2); ${ok}`));
    await handler.handle(runOf(['0']));
    const controller = new AbortController();
    const outcomes = handler.handle(runOf(['1', '2', '3'], {signal: controller.signal}));
    controller.abort();
    expect(await outcomes).toMatchObject([{status: 'processed'}]);
  });

  it('is told by the end of its input to end', async () => {
    const file = join(dirname(handlerFile('')), 'ended');
    const handler = await handlerOf(`${answering(ok)}\nopen("${file}", "w").write("in peace")`);
    await handler.handle(runOf(['1']));
    await handler.close();
    expect(readFileSync(file, 'utf8')).toBe('in peace');
    expect(await handler.handle(runOf(['1']))).toEqual([]);
  });
});

describe.skipIf(!pythonThere.available)('a hostile program that is spoken to by lines', () => {
  it('that is not there is refused at the start, by name', async () => {
    await expect(
      createLinesHandler(['no-such-program'], {timeout: 1000, onNotice: () => {}}),
    ).rejects.toThrow('There is no program no-such-program on the PATH');
  });

  it('that dies in the middle of a line: a failure on the message, and another takes over', async () => {
    const handler = await handlerOf(
      answering(`
    if value == "die":
        sys.stdout.write('{"status":'); sys.stdout.flush(); os._exit(3)
    ${ok}`),
    );
    expect(await handler.handle(runOf(['1', '"die"', '2']))).toMatchObject([
      {status: 'processed'},
      {
        status: 'failed',
        failure: {
          name: 'exit 3',
          message: 'the program ended without an answer, in the middle of a line: {"status":',
          permanent: false,
        },
      },
    ]);
    expect(await handler.handle(runOf(['2']))).toMatchObject([{status: 'processed'}]);
    expect(notices.join()).toContain('is started anew');
  });

  it('that dies by an exception: the reason and the place are told', async () => {
    const handler = await handlerOf(answering('value["to"]'));
    expect(await attempt(handler, message())).toMatchObject({
      output: expect.stringContaining('Traceback'),
      failure: {
        name: 'exit 1',
        message: "the program ended without an answer: KeyError: 'to'",
        where: 'program.py:7',
      },
    });
  });

  it('that dies: the messages of other partitions are interrupted, not failed', async () => {
    const handler = await handlerOf(
      answering(`
    if value == "die":
        time.sleep(0.3)
        os._exit(1)
    ${ok}`),
    );
    const dying = handler.handle(runOf(['"die"'], {partition: 0}));
    const others = [1, 2].map(partition => handler.handle(runOf(['1', '2'], {partition})));
    expect(await dying).toMatchObject([{status: 'failed', failure: {name: 'exit 1'}}]);
    expect(await Promise.all(others)).toEqual([[], []]);
  });

  it.each([
    [
      'text',
      'print("processing …", flush=True)',
      /not of the protocol: processing … \(stdout is for answers only/,
    ],
    ['other JSON', 'print(1, flush=True)', /not of the protocol: 1/],
    [
      '2 MB without a line end',
      'sys.stdout.write("x" * 2_000_000); sys.stdout.flush()',
      /not of the protocol: xxx/,
    ],
  ])('that answers %s: a failure on the message, and another takes over', async (_, nonsense, reason) => {
    const handler = await handlerOf(
      answering(`
    if value == "bad":
        ${nonsense}
        continue
    ${ok}`),
    );
    expect(await handler.handle(runOf(['1', '"bad"', '2']))).toMatchObject([
      {status: 'processed'},
      {status: 'failed', failure: {name: 'nonsense answer', message: expect.stringMatching(reason)}},
    ]);
    expect(await handler.handle(runOf(['2']))).toMatchObject([{status: 'processed'}]);
  });

  it('that answers twice does not get a message counted that it never saw', async () => {
    const handler = await handlerOf(
      answering(`sys.stdout.write('{"status":"ok"}\\n' * 2); sys.stdout.flush()`),
    );
    const outcomes = await handler.handle(runOf(['1', '2']));
    expect(outcomes.filter(({status}) => status === 'processed')).toHaveLength(1);
    expect(notices.join()).toContain('answered unasked');
  });

  it('that never answers: a timeout, and another takes over', async () => {
    const handler = await handlerOf(
      answering(`
    if value == "hang":
        time.sleep(600)
    ${ok}`),
      2500,
    );
    expect(await handler.handle(runOf(['1', '"hang"']))).toMatchObject([
      {status: 'processed'},
      {
        status: 'failed',
        failure: {
          name: 'timeout',
          message: 'no answer within 2.5 s; does the program flush its output after each line?',
          permanent: false,
        },
      },
    ]);
    expect(await handler.handle(runOf(['2']))).toMatchObject([{status: 'processed'}]);
  });

  it('that ends at once each time is tried again, ever more slowly', async () => {
    const handler = await handlerOf('raise SystemExit(4)');
    const tries = 4;
    const began = performance.now();
    for (let index = 0; index < tries; index++) {
      const outcomes = await handler.handle(runOf(['1']));
      // The start itself may end before a message was sent to it: then nothing was attempted.
      for (const outcome of outcomes) expect(outcome).toMatchObject({failure: {name: 'exit 4'}});
    }
    expect(performance.now() - began).toBeGreaterThan(300);
    await vi.waitFor(() => expect(notices.join()).toContain('in 200 ms at the soonest'), 30_000);
  });

  it('is not waited for when asked to stop while it is away', async () => {
    const handler = await handlerOf('raise SystemExit(4)');
    for (let index = 0; index < 4; index++) await handler.handle(runOf(['1']));
    const controller = new AbortController();
    const outcomes = handler.handle(runOf(['1'], {signal: controller.signal}));
    controller.abort();
    expect(await outcomes).toEqual([]);
  });

  it('that prints 10 MB on stderr: the beginning is kept, the rest is counted', async () => {
    const handler = await handlerOf(
      answering(`sys.stderr.write("x" * 10_000_000); sys.stderr.flush(); ${ok}`),
    );
    const {output} = await attempt(handler, message());
    expect(output!.length).toBeLessThan(66_000);
    expect(output).toMatch(/… 9\.9 MB more$/);
  });

  it('that does not end when its input does is ended', async () => {
    const file = join(dirname(handlerFile('')), 'began');
    const handler = await handlerOf(
      `import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nopen("${file}", "w")\nwhile True: time.sleep(1)`,
    );
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), 30_000);
    const began = performance.now();
    await handler.close();
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
