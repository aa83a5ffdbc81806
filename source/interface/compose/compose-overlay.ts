/** What lies over the panes while a draft is chosen or kept. */
export type ComposeOverlay =
  /** A list to choose a draft from; `query` is what was typed to find it. */
  | {
      readonly kind: 'drafts';
      readonly from: 'templates' | 'history';
      readonly query: string;
      readonly at: number;
    }
  | {readonly kind: 'save-template'; readonly name: string};
