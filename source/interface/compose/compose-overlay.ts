/** What lies over the panes while a draft is chosen or kept. */
export type ComposeOverlay =
  /** A list to choose a draft from; `query` is what was typed to find it. */
  | {
      readonly kind: 'drafts';
      readonly from: 'templates' | 'history';
      readonly query: string;
      readonly at: number;
    }
  | {readonly kind: 'save-template'; readonly name: string}
  /** What to send in bulk, as it is filled in. */
  | {
      readonly kind: 'bulk';
      readonly field: (typeof bulkFields)[number];
      readonly times: string;
      readonly file: string;
      readonly rate: string;
    }
  /** How what is sent in bulk stands. */
  | {readonly kind: 'bulk-run'};

/** As they stand below each other. */
export const bulkFields = ['times', 'file', 'rate'] as const;
