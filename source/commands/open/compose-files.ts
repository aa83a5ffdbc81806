import {constants, copyFileSync, createReadStream} from 'node:fs';
import {homedir} from 'node:os';
import {basename} from 'node:path';
import {systemClock} from '../../flow/clock.ts';
import type {ComposePort} from '../../interface/compose/compose-port.ts';
import {type BulkPorts, BulkSender} from '../../session/bulk/bulk-sender.ts';
import {type DraftText, isDraftText} from '../../session/draft.ts';
import type {Session} from '../../session/session.ts';
import {builtInTemplates, problemOfName, templateText} from '../../session/templates.ts';
import {HistoryFile} from '../../settings/history-file.ts';
import {ResultFile} from '../../settings/result-file.ts';
import {writeTemplate} from '../../settings/template-folder.ts';
import {ownTemplates} from '../template-shelf.ts';

export type ComposeFilesOptions = {
  readonly session: Session;
  readonly topic: string;
  /** Own templates are here. */
  readonly templateFolder: string;
  readonly stateFolder: string;
  readonly keepsHistory: boolean;
  readonly publishAll: BulkPorts['publishAll'];
};

/** Templates and history in files; what goes wrong with them is said, and costs no draft. */
export function composeFiles(options: ComposeFilesOptions): ComposePort {
  const {session, topic, templateFolder, stateFolder, keepsHistory} = options;
  const history = keepsHistory ? new HistoryFile<DraftText>(stateFolder, topic, isDraftText) : null;
  return {
    bulk: new BulkSender({
      session,
      clock: systemClock,
      publishAll: options.publishAll,
      openFile: path => createReadStream(path.replace(/^~(?=\/)/, homedir())),
      openResults: () => new ResultFile(stateFolder, topic, session.now),
    }),
    exportResults(path) {
      const file = `kafka-notify-bulk-${basename(path)}`;
      try {
        copyFileSync(path, file, constants.COPYFILE_EXCL);
        session.say('info', `Written to ${file}.`);
      } catch (error) {
        session.say('error', `Not exported: ${(error as Error).message}`);
      }
    },
    templates() {
      const {templates, problems} = ownTemplates(templateFolder);
      sayAll(session, problems);
      return [
        ...templates.map(({name, draft}) => ({name, note: 'own', draft})),
        ...builtInTemplates.map(({name, draft}) => ({name, note: '', draft})),
      ];
    },
    saveTemplate(name, draft) {
      const problem = problemOfName(name);
      if (problem !== null) {
        session.say('warning', problem);
        return false;
      }
      try {
        session.say('info', `Saved: ${writeTemplate(templateFolder, name, templateText(draft))}.`);
        return true;
      } catch (error) {
        session.say('warning', (error as Error).message);
        return false;
      }
    },
    history() {
      if (!history) return null;
      const {past, problem} = history.read();
      if (problem !== null) session.say('warning', problem);
      return past.map(({at, draft}) => ({name: `${timeOf(at)}  ${firstLine(draft)}`, note: '', draft}));
    },
    remember(draft) {
      try {
        history?.add(draft, session.now);
      } catch (error) {
        session.tell('warning', `The draft was not kept in the history: ${(error as Error).message}`);
      }
    },
  };
}

/** The first is on the screen; all are in the log. */
function sayAll(session: Session, problems: readonly string[]): void {
  for (const problem of problems.slice(1)) session.tell('warning', problem);
  const more = problems.length > 1 ? ` ${problems.length - 1} more in the log (L).` : '';
  if (problems[0] !== undefined) session.say('warning', problems[0] + more);
}

function firstLine({key, value}: DraftText): string {
  const text = value === null ? 'null' : value.slice(0, 300).replace(/\s+/g, ' ').trim();
  return key === null ? text : `${key}  ${text}`;
}

/** `11-24 12:01:39`, as the clock on the wall says. */
function timeOf(ms: number): string {
  const time = new Date(ms);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}
