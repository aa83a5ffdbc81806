import type {BulkSender} from '../../session/bulk/bulk-sender.ts';
import type {DraftText} from '../../session/draft.ts';

/** A draft that can be chosen from a list; its texts are made safe where they are shown. */
export type Choice = {readonly name: string; readonly note: string; readonly draft: DraftText};

/** What composing asks of the world outside: files, mostly. Nothing throws; what goes wrong is said by the session. */
export type ComposePort = {
  /** A person's own templates first, then what came with the program; read anew each time. */
  templates(): readonly Choice[];
  /** Keeps the draft under that name; false: it was not, and why was said. */
  saveTemplate(name: string, draft: DraftText): boolean;
  /** What was published on this topic, the newest first; null: the person has turned that off. */
  history(): readonly Choice[] | null;
  /** Keeps the draft in the history. */
  remember(draft: DraftText): void;
  readonly bulk: BulkSender;
  /** Copies the results of a run to the working folder, and says where. */
  exportResults(path: string): void;
};
