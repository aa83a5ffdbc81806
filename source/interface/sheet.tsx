import {positionOf} from '../flow/message.ts';
import {nameOf} from '../session/unreadable.ts';
import {count} from './amounts.ts';
import {row} from './cells.ts';
import {ComposeSheet, composeSheetHeight} from './compose/compose-sheet.tsx';
import type {Desk} from './desk.ts';
import type {Gate} from './key-gate.tsx';
import {type Action, actions, actionsAt, perform} from './keymap.ts';
import type {Area} from './layout.ts';
import {FaultSheet} from './panes/fault-sheet.tsx';
import {GoBackSheet, goBackHeight} from './panes/go-back-sheet.tsx';
import {confirmLines, paletteLines} from './panes/overlays.ts';
import {titleBar} from './panes/title.ts';
import {Asked} from './parts/asked.tsx';
import {Rows} from './parts/rows.tsx';
import type {Overlay} from './screen.ts';
import {searchFormHeight, searchFormLines} from './search-form.ts';
import type {Theme} from './theme.ts';

/** Rows that a question or the palette takes above the hints. */
export function sheetHeight(overlay: Overlay | null, rows: number): number {
  switch (overlay?.kind) {
    case 'confirm':
      return overlay.question.length > 150 ? 8 : 6;
    case 'skip':
    case 'skip-batch':
    case 'faults':
      return 3;
    case 'filter':
      return 2;
    case 'search':
      return searchFormHeight;
    case 'go-back':
      return goBackHeight;
    case 'palette':
      return Math.min(12, Math.floor(rows / 2));
    default:
      return composeSheetHeight(overlay, rows);
  }
}

type SheetProps = {readonly desk: Desk; readonly gate: Gate; readonly theme: Theme; readonly area: Area};

/** What asks for a word: a confirmation, a reason, a command's name. */
export function Sheet({desk, gate, theme, area}: SheetProps) {
  const {screen} = desk;
  const {overlay} = screen;
  const {width, height} = area;
  switch (overlay?.kind) {
    case 'confirm':
      return <Rows rows={confirmLines(overlay, area, theme)} />;
    case 'skip':
    case 'skip-batch':
      return (
        <>
          <Rows
            rows={[
              titleBar(`SKIP ${saySkipped(overlay)} for good`, 'Enter skips · Esc leaves it held', {
                width,
                focused: true,
                theme,
              }),
            ]}
          />
          <Asked
            gate={gate}
            label="reason"
            value={overlay.reason}
            width={width}
            onChange={reason => screen.change({overlay: {...overlay, reason}})}
            onSubmit={() => skip(desk, overlay)}
          />
          <Rows
            rows={[row([['  it is committed past, and the reason is kept in the log', theme.quiet]], width)]}
          />
        </>
      );
    case 'filter':
      return (
        <>
          <Rows
            rows={[titleBar('FILTER', 'Enter keeps it · Esc shows all', {width, focused: true, theme})]}
          />
          <Asked
            gate={gate}
            label="/"
            value={screen.filter}
            width={width}
            onChange={filter => screen.change({filter, row: null})}
            onSubmit={() => screen.change({overlay: null})}
          />
        </>
      );
    case 'faults':
      return <FaultSheet desk={desk} gate={gate} theme={theme} words={overlay.words} width={width} />;
    case 'search':
      return <Rows rows={searchFormLines(overlay, desk.session.place.topic, area, theme)} />;
    case 'go-back':
      return <GoBackSheet desk={desk} gate={gate} theme={theme} overlay={overlay} width={width} />;
    case 'palette': {
      const found = matching(desk, overlay.query);
      const at = Math.min(overlay.at, Math.max(0, found.length - 1));
      return (
        <>
          <Rows rows={[titleBar('COMMANDS', `${found.length}`, {width, focused: true, theme})]} />
          <Asked
            gate={gate}
            label=":"
            value={overlay.query}
            width={width}
            onChange={query => screen.change({overlay: {...overlay, query, at: 0}})}
            onSubmit={() => {
              screen.change({overlay: null});
              if (found[at]) perform(found[at], desk);
            }}
          />
          <Rows rows={paletteLines(found, at, {width, height: height - 2}, theme)} />
        </>
      );
    }
    default:
      return <ComposeSheet desk={desk} gate={gate} theme={theme} area={area} />;
  }
}

type SkipOverlay = Overlay & {kind: 'skip' | 'skip-batch'};

function skip({workbench, session, screen}: Desk, overlay: SkipOverlay): void {
  const reason = overlay.reason.trim();
  if (reason === '') {
    session.say('warning', 'A skip needs a reason.');
    return;
  }
  screen.change({overlay: overlay.back ?? null});
  if (overlay.kind === 'skip-batch') {
    const problem = workbench?.skipUnreadable(overlay.batch, reason) ?? null;
    session.say(problem ? 'warning' : 'info', problem ?? `Skipped ${saySkipped(overlay)}.`);
    return;
  }
  const {messages} = overlay;
  const gone = messages.filter(({partition, offset}) => !workbench?.skip(partition, offset, reason));
  if (gone.length > 0) session.say('warning', `${gone.map(positionOf).join(', ')} is not held any more.`);
  else session.say('info', `Skipped ${messages.map(positionOf).join(', ')}.`);
}

function saySkipped(overlay: SkipOverlay): string {
  if (overlay.kind === 'skip-batch') return nameOf(overlay.batch);
  const {messages} = overlay;
  const [first] = messages;
  return messages.length === 1 ? positionOf(first!) : count(messages.length, 'message');
}

/** What can be done where the person was before the palette opened, by its words. */
function matching(desk: Desk, query: string): (Action & {reason: string | null})[] {
  const words = query.toLowerCase().split(/\s+/);
  return actionsAt(desk.screen.focus)
    .concat(actions.filter(({scope}) => scope === 'panes' || scope === 'payload'))
    .filter((action, at, all) => all.findIndex(({id}) => id === action.id) === at)
    .filter(({id, title, description}) => {
      const text = `${id} ${title} ${description}`.toLowerCase();
      return words.every(word => text.includes(word));
    })
    .sort((left, right) => rank(left, words) - rank(right, words))
    .map(action => ({...action, reason: action.whyNot?.(desk) ?? null}));
}

/** Whose name begins as was typed comes first. */
function rank({title}: Action, words: readonly string[]): number {
  return title.startsWith(words[0]!) ? 0 : 1;
}
