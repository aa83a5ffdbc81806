/** What a handler tells beside its outcomes. `text` is from outside: make it safe before showing it. */
export type HandlerNotice = {
  readonly kind: /** Code was loaded (at the start, or again because its file was saved). */
    | 'loaded'
    /** A saved file does not load; the code from before goes on. */
    | 'load-failed'
    /** Printed outside of any attempt. */
    | 'output'
    /** The worker or program ended and another took its place. */
    | 'restarted'
    /** A rejected promise or an exception that nobody waits for. */
    | 'leaked-rejection';
  readonly text: string;
};

export type HandlerOptions = {
  /** Told beside the outcomes; never called after `close` has resolved. */
  onNotice?(notice: HandlerNotice): void;
  /** The most that one message may take, in ms; 30 s unless told. */
  readonly timeoutMs?: number;
};

export const defaultTimeoutMs = 30_000;
