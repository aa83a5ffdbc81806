/** Time as the flow sees it: real in the program, turned by hand in tests. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `action` once after `ms` milliseconds; the answer cancels it. */
  after(ms: number, action: () => void): () => void;
  /** Calls `action` when what is waiting (input, network) had its turn. */
  soon(action: () => void): void;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  soon: action => void setImmediate(action),
};
