import {Session} from 'node:inspector/promises';
import {join} from 'node:path';
import {isMainThread} from 'node:worker_threads';
import {expect, it, onTestFinished} from 'vitest';
import {createHandler} from '../../../source/handlers/index.ts';
import {runOf} from '../support/runs.ts';
import {projectOf} from './support/project.ts';
import {shapes} from './support/shapes.ts';

type Reply = {
  readonly method?: string;
  readonly params?: {callFrames: {functionName: string; location: {lineNumber: number}}[]};
};

it('a debugger stops at a breakpoint on a line of a TypeScript file that the handler imports', async context => {
  if (!isMainThread) context.skip('threads are debugged from the main thread, and tests run in another here');
  const {files, entry} = shapes[0]!;
  const debuggers = new Session();
  debuggers.connect();
  onTestFinished(() => debuggers.disconnect());
  const stops: string[] = [];
  const send = (sessionId: string, method: string, params: object = {}) =>
    debuggers.post('NodeWorker.sendMessageToWorker', {
      sessionId,
      message: JSON.stringify({id: 1, method, params}),
    });
  debuggers.on('NodeWorker.attachedToWorker', ({params: {sessionId}}) => {
    void send(sessionId, 'Debugger.enable');
    // The file's fifth line, counted from 0.
    void send(sessionId, 'Debugger.setBreakpointByUrl', {urlRegex: 'mail\\.ts$', lineNumber: 4});
    void send(sessionId, 'Runtime.runIfWaitingForDebugger');
  });
  debuggers.on('NodeWorker.receivedMessageFromWorker', ({params: {sessionId, message}}) => {
    const {method, params} = JSON.parse(message) as Reply;
    if (method !== 'Debugger.paused') return;
    const {functionName, location} = params!.callFrames[0]!;
    stops.push(`${functionName}:${location.lineNumber + 1}`);
    void send(sessionId, 'Debugger.resume');
  });
  await debuggers.post('NodeWorker.enable', {waitForDebuggerOnStart: true});
  const handler = await createHandler({kind: 'module', path: join(projectOf({files}), entry)});
  onTestFinished(() => handler.close());
  expect(await handler.handle(runOf(['{"to":"u"}']))).toMatchObject([{status: 'processed'}]);
  expect(stops).toContain('send:5');
});
