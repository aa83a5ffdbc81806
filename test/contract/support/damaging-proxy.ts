import {startFrameProxy} from '../../support/frame-proxy.ts';

/** Stands before a broker, and damages what it answers to fetches, as a bad way or a bad disk does. */
export type DamagingProxy = {
  /** What a client is to be given as its broker. */
  readonly bootstrap: string;
  /** From now on one bit is flipped wherever a fetch brings `text`, so many times; at first in none. */
  damage(text: string, times?: number): void;
  /** How many answers it has damaged since then. */
  damaged(): number;
  close(): Promise<void>;
};

const fetch = 1;

/** `target` is `host:port` as the broker names itself. */
export async function startDamagingProxy(target: string): Promise<DamagingProxy> {
  const plan = {text: '', left: 0, damaged: 0};
  const {bootstrap, close} = await startFrameProxy(target, () => ({
    answer(frame, asked) {
      if (asked?.apiKey === fetch) flip(frame, plan);
      return [frame];
    },
  }));
  return {
    bootstrap,
    close,
    damage(text, times = Number.POSITIVE_INFINITY) {
      Object.assign(plan, {text, left: times, damaged: 0});
    },
    damaged: () => plan.damaged,
  };
}

function flip(frame: Buffer, plan: {readonly text: string; left: number; damaged: number}): void {
  const found = plan.left > 0 ? frame.indexOf(plan.text) : -1;
  if (found < 0) return;
  plan.left--;
  plan.damaged++;
  frame[found]! ^= 0x20;
}
