/** The list of failures; `selected` is kept by its place, so that an act never hits another one that moved up. */
export type FailureOverlay = {
  readonly kind: 'failures';
  readonly selected: {readonly partition: number; readonly offset: bigint} | null;
  /** Where in the list that was, for when it is gone. */
  readonly at: number;
};
