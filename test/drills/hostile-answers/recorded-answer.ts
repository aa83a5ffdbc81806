/** An answer as a broker gave it to the program: the whole frame, and what was asked. */
export type RecordedAnswer = {readonly apiKey: number; readonly version: number; readonly frame: Buffer};
