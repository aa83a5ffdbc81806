import {startBroker} from '../../source/broker/index.ts';
import type {DrillBroker} from './drill.ts';

/**
 * The embedded broker for the drill, in this process. It cannot be killed without its data: instead its port is closed and
 * every connection cut at once, which for a client is the same.
 */
export async function startEmbedded(): Promise<DrillBroker & {stop(): Promise<void>}> {
  const broker = await startBroker();
  return {
    bootstrap: broker.bootstrap,
    kill: () => broker.stopListening(),
    start: () => broker.listen(),
    stop: () => broker.stop(),
  };
}
