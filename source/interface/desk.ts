import type {Session} from '../session/session.ts';
import type {Workbench} from '../session/workbench.ts';
import type {ComposePort} from './compose/compose-port.ts';
import type {Composer} from './composer.ts';
import type {Screen} from './screen.ts';

/** Everything that an action may need: what is true, where the person is, what they write, and whom to ask. */
export type Desk = {
  readonly session: Session;
  readonly screen: Screen;
  readonly composer: Composer;
  readonly compose: ComposePort;
  /** null until it is loaded, right after the first drawing. */
  workbench: Workbench | null;
  /** Leaves in order; a second call leaves at once. */
  leave(): void;
  /** Opens the draft in the person's editor; null where no editor is set up. */
  openEditor(): void;
  /** Puts a text on the person's clipboard, through the terminal (OSC 52). */
  copy(text: string): void;
  /** Writes what is in view to a file in the working folder. */
  exportSession(options: {readonly payloads: boolean}): void;
  /** Writes a batch that cannot be read to a new file in the working folder. */
  saveBatch(batch: {readonly partition: number; readonly from: bigint; readonly bytes: Buffer}): void;
  /** The size of the consumer pane's list, of the overlay's and so on, for moving by pages. */
  pageRows: number;
};
