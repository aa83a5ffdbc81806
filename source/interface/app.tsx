import {Box, useApp, useWindowSize} from 'ink';
import {useEffect, useRef, useSyncExternalStore} from 'react';
import {selectedResult} from './actions/search.ts';
import {row} from './cells.ts';
import type {Desk} from './desk.ts';
import {failureLines} from './failures/failure-rows.ts';
import {listUnder} from './failures/selected-failure.ts';
import {footerLine, headerLine, tooSmallLines} from './frame.ts';
import {type Gate, KeyGate} from './key-gate.tsx';
import {type Action, actions} from './keymap.ts';
import {type Area, type Layout, layoutOf, type PaneName, paneNames} from './layout.ts';
import {consumerLines} from './panes/consumer.ts';
import {deliveryLines} from './panes/deliveries.ts';
import {detailLines} from './panes/message-detail.ts';
import type {MessageColumns} from './panes/message-row.ts';
import {helpLines, logLines} from './panes/overlays.ts';
import {PayloadPane} from './panes/payload.tsx';
import {redriveLines} from './panes/redrive.ts';
import {resultDetailLines} from './panes/result-detail.ts';
import {searchLines} from './panes/search.ts';
import {topicLines} from './panes/topic.ts';
import type {Scroll} from './parts/editor/editor-view.ts';
import {Rows} from './parts/rows.tsx';
import {Sheet, sheetHeight} from './sheet.tsx';
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
  const list = overlay?.kind === 'confirm' ? overlay.back : overlay;
  if (list?.kind === 'redrive') {
    const {theme, messageColumns} = pane;
    return <Rows rows={redriveLines(session, list, bodyOf(layout), {theme, columns: messageColumns})} />;
  }
  if (overlay?.kind === 'help' || overlay?.kind === 'log') {
    const area = bodyOf(layout);
    const rows =
      overlay.kind === 'help'
        ? helpLines(helpGroups(), overlay.top, area, pane.theme)
        : logLines(session, overlay.top, area, pane.theme);
    return <Rows rows={rows} />;
  }
  if (overlay?.kind === 'results' || overlay?.kind === 'result') {
    const area = bodyOf(layout);
    const {desk, theme, messageColumns: columns} = pane;
    const rows =
      overlay.kind === 'results'
        ? searchLines(session, selectedResult(desk), area, {theme, columns})
        : resultDetailLines(selectedResult(desk), overlay, area, theme);
    return <Rows rows={rows} />;
  }
  const failures = overlay?.kind === 'detail' ? null : listUnder(overlay);
  if (failures) {
    const look = {theme: pane.theme, columns: pane.messageColumns};
    return <Rows rows={failureLines(session, failures, bodyOf(layout), look)} />;
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

function helpGroups(): {title: string; actions: readonly Action[]}[] {
  const titles = {
    everywhere: 'Everywhere, also while writing',
    panes: 'Outside of text',
    topic: 'Topic',
    payload: 'Payload',
    deliveries: 'Deliveries',
    consumer: 'Consumer',
    message: 'A held message',
    failures: 'Failures (F)',
    detail: 'Message detail',
    redrive: 'Dead letters',
    results: 'Results of a search',
    'result-message': 'A result',
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
