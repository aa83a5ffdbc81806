import type {Draft, DraftHeader} from '../flow/delivery.ts';
import {type Message, positionOf} from '../flow/message.ts';
import {checkJson, type JsonCheck} from '../payload/check-json.ts';
import {formatJson} from '../payload/format-json.ts';
import {expandPlaceholders, nextPlaceholders, type PlaceholderValues} from '../payload/placeholders.ts';
import {
  type DraftField,
  type DraftText,
  draftOf,
  emptyDraft,
  expandDraft,
  readDraft,
} from '../session/draft.ts';
import {headerLine} from '../session/header-lines.ts';
import {type Carry, carried, republishedHeaders} from '../session/republish.ts';
import type {Desk} from './desk.ts';
import {
  bufferOf,
  type EditAction,
  edit,
  placeOf,
  type TextBuffer,
  textOf,
} from './parts/editor/text-buffer.ts';

/** The held message that the draft is to replace, and the headers that it may carry, with a new identity. */
export type Replacing = {
  readonly partition: number;
  readonly offset: bigint;
  readonly headers: readonly DraftHeader[];
};

/** A draft beyond this many characters is checked only when typing pauses. */
const largeDraft = 200_000;
const checkPause = 200;
const savePause = 300;

/**
 * The draft while it is written. It is kept (through `save`) soon after each change, so that neither a failed publish
 * nor a crash loses it. Editing a held message puts the person's own draft aside and brings it back afterwards.
 */
export class Composer {
  value: TextBuffer;
  headers: TextBuffer;
  key: string | null;
  partition: string;
  /** The value is Kafka's null; what was typed stays for when it is not. */
  isTombstone: boolean;
  /** Placeholders are filled in at each publish. */
  expands: boolean;
  /** The value is published as it is, JSON or not. */
  raw: boolean;
  replacing: Replacing | null = null;
  /** Counted up at each change. */
  version = 0;
  readonly #save: (draft: DraftText) => void;
  readonly #changed: () => void;
  #sequence = 0;
  #aside: DraftText | null = null;
  #saveTimer: NodeJS.Timeout | null = null;
  #checked: {readonly value: TextBuffer; readonly check: JsonCheck; readonly bytes: number} | null = null;
  #checkTimer: NodeJS.Timeout | null = null;

  constructor(draft: DraftText, save: (draft: DraftText) => void, changed: () => void) {
    this.#save = save;
    this.#changed = changed;
    this.value = bufferOf(draft.value ?? '');
    this.headers = bufferOf(draft.headers);
    this.key = draft.key;
    this.partition = draft.partition;
    this.isTombstone = draft.value === null;
    this.expands = draft.expands;
    this.raw = draft.raw;
  }

  get draft(): DraftText {
    return {
      value: this.isTombstone ? null : textOf(this.value),
      key: this.key,
      headers: textOf(this.headers),
      partition: this.partition,
      expands: this.expands,
      raw: this.raw,
    };
  }

  load(draft: DraftText): void {
    this.value = edit(this.value, {type: 'replace-all', text: draft.value ?? ''});
    this.headers = edit(this.headers, {type: 'replace-all', text: draft.headers});
    this.key = draft.key;
    this.partition = draft.partition;
    this.isTombstone = draft.value === null;
    this.expands = draft.expands;
    this.raw = draft.raw;
    this.#touched();
  }

  /** Takes what was sent once as the draft. */
  loadDraft({key, value, headers, partition}: Draft): void {
    const text = draftOf({partition: 0, key, value, headers});
    if (text) this.load({...text, partition: partition === undefined ? '' : String(partition)});
  }

  /** Begins to edit a held message; false: its value is no text. */
  replace(message: Message): boolean {
    const text = draftOf(message);
    if (!text) return false;
    this.#aside ??= this.draft;
    const {partition, offset} = message;
    const headers = republishedHeaders(message);
    this.replacing = {partition, offset, headers};
    this.load({...text, headers: headers.map(headerLine).join('\n')});
    return true;
  }

  /** Puts the headers there that the edited message carries by this choice; what was written goes (undo brings it back). */
  carry(carry: Carry): void {
    if (!this.replacing) return;
    const text = carried(this.replacing.headers, carry).map(headerLine).join('\n');
    this.editField('headers', {type: 'replace-all', text});
  }

  /** Gives the person's own draft back; false: nothing was being replaced. */
  giveUpReplacing(): boolean {
    if (!this.replacing) return false;
    this.replacing = null;
    const own = this.#aside ?? emptyDraft;
    this.#aside = null;
    this.load(own);
    return true;
  }

  editField(field: DraftField, action: EditAction): void {
    if (field === 'value') {
      if (this.isTombstone) this.isTombstone = false;
      this.value = edit(this.value, action);
    } else if (field === 'headers') this.headers = edit(this.headers, action);
    this.#touched();
  }

  setKey(key: string): void {
    // Nothing was typed: null stays null.
    if (key === '' && this.key === null) return;
    this.key = key;
    this.#touched();
  }

  setPartition(partition: string): void {
    this.partition = partition.replace(/\D/g, '');
    this.#touched();
  }

  toggleNull(field: DraftField): void {
    if (field === 'key') this.key = this.key === null ? '' : null;
    else this.isTombstone = !this.isTombstone;
    this.#touched();
  }

  toggleExpands(): void {
    this.expands = !this.expands;
    this.#checked = null;
    this.#touched();
  }

  toggleRaw(): void {
    this.raw = !this.raw;
    this.#touched();
  }

  /** The text pasted into a field, as it was. */
  paste(field: DraftField, text: string): void {
    const line = text.replace(/\p{Cc}+/gu, ' ').trim();
    if (field === 'key') this.setKey((this.key ?? '') + line);
    else if (field === 'partition') this.setPartition(this.partition + line);
    else this.editField(field, {type: 'paste', text});
  }

  format(desk: Desk): void {
    const before = textOf(this.value);
    const check = checkJson(before);
    if (!check.valid) {
      desk.session.say('warning', `Not formatted: ${check.line}:${check.column} ${check.reason}.`);
      return;
    }
    const text = formatJson(before);
    if (text !== before) this.editField('value', {type: 'replace-all', text});
  }

  /** Sends the draft; where it cannot be sent, the place that is wrong gets the focus. */
  publish(desk: Desk): void {
    const {session, screen, workbench} = desk;
    const {topic} = session.place;
    const sent = expandDraft(this.draft, nextPlaceholders(this.#sequence + 1, Date.now()));
    const read = readDraft(sent, topic);
    if (!read.ready) {
      screen.change({focus: 'payload', field: read.field, overlay: null});
      if (read.field === 'value' && read.line !== undefined) {
        const place = placeOf(this.value, {line: read.line, column: read.column!});
        this.value = edit(this.value, {type: 'go-to', ...place});
      }
      session.say('error', `Not published, ${read.field}: ${read.problem}.`);
      return;
    }
    if (session.topic.status === 'missing') {
      screen.change({focus: 'topic'});
      session.say(
        'warning',
        `Not published: topic ${topic} is not there. Enter creates it; the draft stays.`,
      );
      return;
    }
    if (!workbench) {
      session.say('warning', 'Not published yet: still starting.');
      return;
    }
    this.flush();
    desk.compose.remember(this.draft);
    this.#sequence++;
    const {replacing} = this;
    void workbench
      .publish(read.draft, delivery => {
        session.takeDelivery(delivery);
        session.touch();
      })
      .then(({state}) => {
        if (state.status === 'acknowledged') {
          const where = positionOf(state);
          session.say('info', `Acknowledged ${where}.`);
          if (replacing) this.#replaced(desk, replacing, where);
        } else if (state.status !== 'pending') {
          const still = replacing ? ` ${positionOf(replacing)} stays held.` : '';
          session.say(
            'error',
            `${state.status === 'failed' ? 'Failed' : 'Unknown'}: ${state.reason}${still}`,
          );
        }
        session.touch();
      });
  }

  #replaced({workbench, session}: Desk, replacing: Replacing, where: string): void {
    const {partition, offset} = replacing;
    if (!workbench!.replace(partition, offset, where)) {
      session.say('warning', `${positionOf(replacing)} is not held any more; the new message is ${where}.`);
    }
    if (this.replacing?.partition === partition && this.replacing.offset === offset) this.giveUpReplacing();
  }

  /** What placeholders stand for in the next draft that is sent in bulk. */
  nextValues(): PlaceholderValues {
    this.#sequence++;
    return nextPlaceholders(this.#sequence, Date.now());
  }

  /** Whether the value is JSON, and how many bytes it has; of a large draft as it was when typing last paused. */
  check(): {readonly check: JsonCheck; readonly bytes: number} {
    const now = this.#checked;
    if (now?.value === this.value) return now;
    if (now && this.value.lines.length > largeDraft / 100) {
      this.#checkTimer ??= setTimeout(() => {
        this.#checkTimer = null;
        this.#checkNow();
        this.#changed();
      }, checkPause).unref();
      return now;
    }
    return this.#checkNow();
  }

  #checkNow(): {readonly check: JsonCheck; readonly bytes: number} {
    const text = textOf(this.value);
    const filled = this.expands ? expandPlaceholders(text, nextPlaceholders(this.#sequence + 1, 0)) : text;
    this.#checked = {value: this.value, check: checkJson(filled), bytes: Buffer.byteLength(filled)};
    return this.#checked;
  }

  /** Keeps the draft now. */
  flush(): void {
    if (this.#saveTimer) clearTimeout(this.#saveTimer);
    this.#saveTimer = null;
    // What is kept is the person's own draft; a held message is in the topic anyway.
    this.#save(this.#aside ?? this.draft);
  }

  #touched(): void {
    this.version++;
    this.#saveTimer ??= setTimeout(() => this.flush(), savePause).unref();
    this.#changed();
  }
}
