import type {DraftField} from '../session/draft.ts';
import type {GoBackPlan} from '../session/go-back.ts';
import type {PlacedBatch} from '../session/unreadable.ts';
import type {ComposeOverlay} from './compose/compose-overlay.ts';
import type {FailureOverlay} from './failures/failure-overlay.ts';
import type {PaneName} from './layout.ts';
import type {TextBuffer} from './parts/editor/text-buffer.ts';

export const detailViews = ['json', 'raw', 'hex', 'headers', 'attempts', 'life'] as const;
export type DetailView = (typeof detailViews)[number];

/** A message that lies in the topic only has no attempts. */
export const resultViews = ['json', 'raw', 'hex', 'headers'] as const;
export type ResultView = (typeof resultViews)[number];

/** What lies over the panes and takes the keys. */
export type Overlay =
  | {readonly kind: 'help'; readonly top: number}
  | {readonly kind: 'log'; readonly top: number | null}
  | {readonly kind: 'palette'; readonly query: string; readonly at: number}
  | {
      readonly kind: 'detail';
      readonly rowId: number;
      readonly view: DetailView;
      readonly top: number;
      readonly back?: FailureOverlay;
    }
  | {readonly kind: 'filter'}
  /** Asks what is to be looked for among the retained messages, and from where on. */
  | {
      readonly kind: 'search';
      readonly filter: TextBuffer;
      readonly from: TextBuffer;
      readonly field: 'filter' | 'from';
      /** Opened from the results of a search, which Esc goes back to. */
      readonly fromResults: boolean;
    }
  /** What the search found; `id` is the result that is pointed at, null the newest. */
  | {readonly kind: 'results'; readonly id: number | null}
  | {readonly kind: 'result'; readonly id: number; readonly view: ResultView; readonly top: number}
  | {
      readonly kind: 'skip';
      readonly messages: readonly {readonly partition: number; readonly offset: bigint}[];
      readonly reason: string;
      readonly back?: FailureOverlay;
    }
  /** Asks why what cannot be read is to be passed. */
  | {
      readonly kind: 'skip-batch';
      readonly batch: PlacedBatch;
      readonly reason: string;
      readonly back?: FailureOverlay;
    }
  | ComposeOverlay
  | {
      readonly kind: 'go-back';
      readonly place: string;
      /** null: all. */
      readonly partition: number | null;
      readonly how: 'replay' | 'rewind';
      readonly plan: GoBackPlan;
    }
  | {readonly kind: 'faults'; readonly words: string}
  /** `question` is safe to show. `back`: what lay there before, and lies there again after the answer; left out: nothing. */
  | {
      readonly kind: 'confirm';
      readonly title: string;
      readonly question: string;
      readonly back?: RedriveOverlay | FailureOverlay;
      run(): void;
    }
  | RedriveOverlay
  | FailureOverlay
  | {readonly kind: 'leaving'; readonly since: number};

/** The list of dead letters: the row that is pointed at, the positions that are chosen, how many a second (null: no limit). */
export type RedriveOverlay = {
  readonly kind: 'redrive';
  readonly at: number;
  readonly chosen: ReadonlySet<string>;
  readonly rate: number | null;
};

/** Where the person is: which pane, which row, what lies over it. It knows nothing of Kafka and draws nothing. */
export class Screen {
  /** Counted up at each change. */
  version = 0;
  focus: PaneName = 'topic';
  /** The pane that shares a narrow screen with the consumer. */
  upper: Exclude<PaneName, 'consumer'> = 'topic';
  field: DraftField = 'value';
  overlay: Overlay | null = null;
  /** The partition that the topic pane points at. */
  partition = 0;
  /** The row's id that the consumer pane points at; null: it follows the newest. */
  row: number | null = null;
  /** Which messages the consumer pane shows, as typed (see `parseFilter`); empty: all. */
  filter = '';
  /** The newest row's id when following was left, to count what came since. */
  leftAt = -1;
  /** The delivery's id that its pane points at; null: the newest. */
  delivery: number | null = null;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Changes something and has it drawn. */
  change(
    change: Partial<
      Pick<Screen, 'focus' | 'field' | 'overlay' | 'partition' | 'row' | 'filter' | 'leftAt' | 'delivery'>
    >,
  ): void {
    Object.assign(this, change);
    if (this.focus !== 'consumer') this.upper = this.focus;
    this.changed();
  }

  changed(): void {
    this.version++;
    for (const listener of this.#listeners) listener();
  }
}
