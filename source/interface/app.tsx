import {Box, type Key, Text, useApp, useInput, usePaste, useWindowSize} from 'ink';
import TextInput from 'ink-text-input';
import {useEffect, useRef, useSyncExternalStore} from 'react';
import {safeText} from '../payload/safe-text.ts';
import {row} from './cells.ts';
import type {Desk} from './desk.ts';
import {footerLine, headerLine, tooSmallLines} from './frame.ts';
import {type Action, actionFor, actions, actionsAt, perform} from './keymap.ts';
import {keyName} from './keys.ts';
import {type Area, type Layout, layoutOf, type PaneName, paneNames} from './layout.ts';
import {consumerLines} from './panes/consumer.ts';
import {deliveryLines} from './panes/deliveries.ts';
import {detailLines} from './panes/message-detail.ts';
import type {MessageColumns} from './panes/message-row.ts';
import {confirmLines, helpLines, logLines, paletteLines} from './panes/overlays.ts';
import {PayloadPane} from './panes/payload.tsx';
import {titleBar} from './panes/title.ts';
import {topicLines} from './panes/topic.ts';
import {eachKey, editorAction} from './parts/editor/editor-keys.ts';
import type {Scroll} from './parts/editor/editor-view.ts';
import {Rows} from './parts/rows.tsx';
import type {Overlay, Screen} from './screen.ts';
import type {Theme} from './theme.ts';

type Props = {
  readonly desk: Desk;
  readonly theme: Theme;
  readonly columns: MessageColumns;
  /** Hears how the terminal can be handed to another program. */
  readonly onReady?: (suspend: (during: () => Promise<void>) => Promise<void>) => void;
};

/** The whole screen: a header, the panes as the size allows, hints. It draws what the desk holds and keeps nothing. */
export function App({desk, theme, columns: messageColumns, onReady}: Props) {
  const {suspendTerminal} = useApp();
  useEffect(() => onReady?.(suspendTerminal), [onReady, suspendTerminal]);
  const {session, screen} = desk;
  useSyncExternalStore(session.subscribe, () => session.version);
  useSyncExternalStore(screen.subscribe, () => screen.version);
  const {columns, rows} = useWindowSize();
  const gate = useRef({wasCommand: false}).current;
  const scrolls = useRef<PaneProps['scrolls']>({
    value: {top: 0, left: 0},
    headers: {top: 0, left: 0},
  }).current;
  const reserved = sheetHeight(screen.overlay, rows);
  const layout = layoutOf(columns, rows, session.partitions.length, reserved);
  const pane = {desk, theme, messageColumns, gate, scrolls};
  desk.pageRows = Math.max(1, rows - 8);
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <KeyGate desk={desk} gate={gate} />
      {layout.kind === 'too-small' ? (
        <Rows rows={tooSmallLines(session, columns, rows, layout.needs)} />
      ) : (
        <>
          <Rows rows={[headerLine(session, columns, theme)]} />
          <Body layout={layout} {...pane} />
          <Sheet desk={desk} gate={gate} theme={theme} area={{width: columns, height: reserved}} />
          <Rows rows={[footerLine(desk, columns, theme)]} />
        </>
      )}
    </Box>
  );
}

type Gate = {wasCommand: boolean};

/**
 * Hears each key before any field does (it stands first on the screen), and either performs the command that it means
 * here or hands it to the editor; a field then knows that what it heard was a command and no text.
 */
function KeyGate({desk, gate}: {readonly desk: Desk; readonly gate: Gate}) {
  const {screen, composer} = desk;
  useInput((input, key) => {
    for (const [each, its] of eachKey(input, key)) hear(each, its as Key);
  });
  const hear = (input: string, key: Key) => {
    const name = keyName(input, key);
    const action = actionFor(name, desk);
    gate.wasCommand = action !== null || key.ctrl || key.meta;
    if (action) {
      perform(action, desk);
      return;
    }
    if (!takesText(screen)) {
      // Several keys that came at once, as when typing fast or through a slow line; the last may be text for a field.
      const each = key.ctrl || key.meta ? [] : [...input];
      for (let at = 0; each.length > 1 && at < each.length; at++) {
        if (takesText(screen)) return addText(desk, each.slice(at).join(''));
        hear(each[at]!, key);
      }
      return;
    }
    if (screen.overlay) return;
    const {field} = screen;
    if (field === 'value' || field === 'headers') {
      const edit = editorAction(input, key, desk.pageRows);
      if (edit) composer.editField(field, edit);
    } else if (key.return || key.downArrow) {
      screen.change({field: field === 'key' ? 'partition' : 'headers'});
    } else if (key.upArrow) screen.change({field: field === 'key' ? 'value' : 'key'});
  };
  usePaste(text => {
    if (!screen.overlay && screen.focus === 'payload') composer.paste(screen.field, text);
  });
  return null;
}

/** Whether characters are text here and no keys. */
function takesText({overlay, focus}: Screen): boolean {
  return overlay ? overlay.kind === 'palette' || overlay.kind === 'skip' : focus === 'payload';
}

function addText({screen, composer}: Desk, text: string): void {
  const {overlay} = screen;
  if (overlay?.kind === 'palette') screen.change({overlay: {...overlay, query: overlay.query + text, at: 0}});
  else if (overlay?.kind === 'skip') screen.change({overlay: {...overlay, reason: overlay.reason + text}});
  else composer.paste(screen.field, text);
}

type PaneProps = {
  readonly desk: Desk;
  readonly theme: Theme;
  readonly messageColumns: MessageColumns;
  readonly gate: Gate;
  readonly scrolls: {value: Scroll; headers: Scroll};
};

type BodyProps = PaneProps & {readonly layout: Exclude<Layout, {kind: 'too-small'}>};

function Body({layout, ...pane}: BodyProps) {
  const {screen, session} = pane.desk;
  const {overlay} = screen;
  if (overlay?.kind === 'help' || overlay?.kind === 'log') {
    const area = bodyOf(layout);
    const rows =
      overlay.kind === 'help'
        ? helpLines(helpGroups(), overlay.top, area, pane.theme)
        : logLines(session, overlay.top, area, pane.theme);
    return <Rows rows={rows} />;
  }
  switch (layout.kind) {
    case 'single':
      return overlay?.kind === 'detail' ? (
        <Pane {...pane} name="consumer" area={layout.body} />
      ) : (
        <Tabbed {...pane} name={screen.focus} tabs={paneNames} area={layout.body} />
      );
    case 'stacked':
      return (
        <>
          <Tabbed {...pane} name={screen.upper} tabs={paneNames.slice(0, 3)} area={layout.upper} />
          <Pane {...pane} name="consumer" area={layout.consumer} />
        </>
      );
    case 'wide':
      return (
        <>
          <Pane {...pane} name="topic" area={layout.topic} />
          <Box>
            <Box flexDirection="column" width={layout.payload.width}>
              <Pane {...pane} name="payload" area={layout.payload} />
              <Pane {...pane} name="deliveries" area={layout.deliveries} />
            </Box>
            <Box flexDirection="column" width={1}>
              <Rows rows={Array.from({length: layout.consumer.height}, () => pane.theme.gap(' '))} />
            </Box>
            <Box flexDirection="column" width={layout.consumer.width}>
              <Pane {...pane} name="consumer" area={layout.consumer} />
            </Box>
          </Box>
        </>
      );
  }
}

/** One of several panes, with a row that names them all. */
function Tabbed({
  name,
  tabs,
  area,
  ...pane
}: PaneProps & {readonly name: PaneName; readonly tabs: readonly PaneName[]; readonly area: Area}) {
  const {theme} = pane;
  const names = tabs.flatMap(each => [
    [` ${paneNames.indexOf(each) + 1} ${each} `, each === name ? theme.selected : theme.quiet] as const,
    ' ',
  ]);
  return (
    <>
      <Rows rows={[row(names, area.width)]} />
      <Pane {...pane} name={name} area={{width: area.width, height: area.height - 1}} />
    </>
  );
}

function Pane({name, area, ...pane}: PaneProps & {readonly name: PaneName; readonly area: Area}) {
  const {desk, theme, messageColumns, gate, scrolls} = pane;
  const {session, screen} = desk;
  const focused = screen.focus === name && screen.overlay === null;
  switch (name) {
    case 'topic':
      return <Rows rows={topicLines(session, screen, area, {theme, focused})} />;
    case 'payload':
      return (
        <PayloadPane
          desk={desk}
          area={area}
          theme={theme}
          focused={focused}
          wasCommand={() => gate.wasCommand}
          scrolls={scrolls}
        />
      );
    case 'deliveries':
      return <Rows rows={deliveryLines(session, screen, area, {theme, focused})} />;
    case 'consumer': {
      const {overlay} = screen;
      if (overlay?.kind !== 'detail') {
        return (
          <Rows rows={consumerLines(session, screen, area, {theme, focused, columns: messageColumns})} />
        );
      }
      const message = session.stream.row(overlay.rowId);
      return <Rows rows={detailLines(message, session, overlay, area, theme)} />;
    }
  }
}

/** Rows that a question or the palette takes above the hints. */
function sheetHeight(overlay: Overlay | null, rows: number): number {
  switch (overlay?.kind) {
    case 'confirm':
      return 6;
    case 'skip':
      return 3;
    case 'filter':
      return 2;
    case 'palette':
      return Math.min(12, Math.floor(rows / 2));
    default:
      return 0;
  }
}

type SheetProps = {readonly desk: Desk; readonly gate: Gate; readonly theme: Theme; readonly area: Area};

/** What asks for a word: a confirmation, a reason, a command's name. */
function Sheet({desk, gate, theme, area}: SheetProps) {
  const {screen} = desk;
  const {overlay} = screen;
  const {width, height} = area;
  switch (overlay?.kind) {
    case 'confirm':
      return <Rows rows={confirmLines(overlay, area, theme)} />;
    case 'skip':
      return (
        <>
          <Rows
            rows={[
              titleBar(
                `SKIP ${overlay.partition}@${overlay.offset} for good`,
                'Enter skips · Esc leaves it held',
                {width, focused: true, theme},
              ),
            ]}
          />
          <Asked
            label="reason"
            value={overlay.reason}
            width={width}
            onChange={reason => gate.wasCommand || screen.change({overlay: {...overlay, reason}})}
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
            label="/"
            value={screen.filter}
            width={width}
            onChange={filter => gate.wasCommand || screen.change({filter, row: null})}
            onSubmit={() => screen.change({overlay: null})}
          />
        </>
      );
    case 'palette': {
      const found = matching(desk, overlay.query);
      const at = Math.min(overlay.at, Math.max(0, found.length - 1));
      return (
        <>
          <Rows rows={[titleBar('COMMANDS', `${found.length}`, {width, focused: true, theme})]} />
          <Asked
            label=":"
            value={overlay.query}
            width={width}
            onChange={query => gate.wasCommand || screen.change({overlay: {...overlay, query, at: 0}})}
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
      return null;
  }
}

type AskedProps = {
  readonly label: string;
  readonly value: string;
  readonly width: number;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
};

function Asked({label, value, width, onChange, onSubmit}: AskedProps) {
  return (
    <Box width={width} height={1} overflow="hidden">
      <Text>{` ${label} `}</Text>
      <TextInput value={safeText(value)} onChange={onChange} onSubmit={onSubmit} />
    </Box>
  );
}

function skip(
  {workbench, session, screen}: Desk,
  {partition, offset, reason}: Overlay & {kind: 'skip'},
): void {
  if (reason.trim() === '') {
    session.say('warning', 'A skip needs a reason.');
    return;
  }
  screen.change({overlay: null});
  if (workbench?.skip(partition, offset, reason.trim()))
    session.say('info', `Skipped ${partition}@${offset}.`);
  else session.say('warning', `${partition}@${offset} is not held any more.`);
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
    .map(action => ({...action, reason: action.whyNot?.(desk) ?? null}));
}

function helpGroups(): {title: string; actions: readonly Action[]}[] {
  const titles = {
    everywhere: 'Everywhere, also while writing',
    panes: 'Outside of text',
    topic: 'Topic',
    payload: 'Payload',
    deliveries: 'Deliveries',
    consumer: 'Consumer',
    message: 'A held message',
    detail: 'Message detail',
  } as const;
  return Object.entries(titles).map(([scope, title]) => ({
    title,
    actions: actions.filter(action => action.scope === scope),
  }));
}

function bodyOf(layout: Exclude<Layout, {kind: 'too-small'}>): Area {
  if (layout.kind === 'single') return layout.body;
  if (layout.kind === 'stacked') {
    return {width: layout.upper.width, height: layout.upper.height + layout.consumer.height};
  }
  return {width: layout.topic.width, height: layout.topic.height + layout.consumer.height};
}
