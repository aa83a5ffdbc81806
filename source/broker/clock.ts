/** Time as the broker sees it; tests give it one that they move themselves. */
export type Clock = {
  /** ms since 1970. */
  now(): number;
  /** Calls back once after `ms`; what it answers cancels that. */
  after(ms: number, call: () => void): () => void;
};

/** Node's timers take 31 bits. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(Math.max(0, ms), longestTimer));
    return () => clearTimeout(timer);
  },
};
