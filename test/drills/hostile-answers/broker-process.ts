import {start} from '../../support/program.ts';

/** The embedded broker in a process of its own: what is measured here is not what it does. */
export async function startEmbeddedBroker(): Promise<{readonly bootstrap: string; stop(): Promise<void>}> {
  const running = start(['broker', '--port', '0']);
  const {bootstrap} = await running.line(line => line.status === 'listening');
  return {
    bootstrap: String(bootstrap),
    async stop() {
      running.child.kill('SIGTERM');
      await running.finished;
    },
  };
}
