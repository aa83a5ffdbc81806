import type {DraftField} from '../../session/draft.ts';
import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';
import {type PaneName, paneNames} from '../layout.ts';

/** As they stand below each other. */
const fields: readonly DraftField[] = ['value', 'key', 'partition', 'headers'];

export const generalActions: readonly Action[] = [
  {
    id: 'next',
    keys: ['tab'],
    scope: 'everywhere',
    title: 'next',
    description: 'Go to the next field or pane',
    hint: 30,
    run: desk => step(desk, 1),
  },
  {
    id: 'previous',
    keys: ['shift+tab'],
    scope: 'everywhere',
    title: 'previous',
    description: 'Go to the previous field or pane',
    run: desk => step(desk, -1),
  },
  {
    id: 'back',
    keys: ['esc'],
    scope: 'everywhere',
    title: 'back',
    description:
      "Back: give up an edited message, leave the text, leave another's group alone, follow the newest again",
    run: back,
  },
  {
    id: 'publish',
    keys: ['ctrl+s', 'alt+enter'],
    scope: 'everywhere',
    title: 'publish',
    description: 'Publish the draft',
    hint: 90,
    run: desk => desk.composer.publish(desk),
  },
  {
    id: 'palette',
    keys: ['ctrl+p'],
    scope: 'everywhere',
    title: 'commands',
    description: 'Find a command by its name',
    run: openPalette,
  },
  {
    id: 'leave',
    keys: ['ctrl+c'],
    scope: 'everywhere',
    title: 'quit',
    description: 'Finish what is in hand, commit and leave; once more leaves at once',
    run: desk => desk.leave(),
  },
  ...paneNames.map(
    (pane, at): Action => ({
      id: `go-${pane}`,
      keys: [String(at + 1)],
      scope: 'panes',
      title: pane,
      description: `Go to the ${pane} pane`,
      run: desk => desk.screen.change({focus: pane}),
    }),
  ),
  {
    id: 'consumer',
    keys: ['x'],
    scope: 'panes',
    title: 'start/stop',
    description: 'Start or stop the consumer',
    hint: 60,
    whyNot: ({session}) =>
      session.topic.status === 'missing'
        ? 'The topic is not there yet: Enter in the topic pane creates it.'
        : null,
    run: startOrStop,
  },
  {
    id: 'pause',
    keys: ['p'],
    scope: 'panes',
    title: 'pause',
    description: 'Pause or resume processing; the membership and what was fetched stay',
    hint: 50,
    whyNot: ({session: {consumer}}) =>
      consumer.status === 'running' || consumer.status === 'paused'
        ? null
        : 'Only a running consumer can be paused.',
    run: ({workbench, session}) => {
      if (session.consumer.status === 'paused') workbench?.resumeConsumer();
      else workbench?.pauseConsumer();
    },
  },
  {
    id: 'log',
    keys: ['L'],
    scope: 'panes',
    title: 'log',
    description: 'Read the log: errors with their causes, what handlers printed',
    run: ({screen}) => screen.change({overlay: {kind: 'log', top: null}}),
  },
  {
    id: 'export',
    keys: [],
    scope: 'panes',
    title: 'export',
    description: 'Write what is in view to a file as JSON lines, without keys, headers and values',
    run: desk => desk.exportSession({payloads: false}),
  },
  {
    id: 'export-payloads',
    keys: [],
    scope: 'panes',
    title: 'export with payloads',
    description: 'Write what is in view to a file as JSON lines, keys, headers and values included',
    run: desk => desk.exportSession({payloads: true}),
  },
  {
    id: 'commands',
    keys: [':'],
    scope: 'panes',
    title: 'commands',
    description: 'Find a command by its name',
    hint: 20,
    run: openPalette,
  },
  {
    id: 'help',
    keys: ['?'],
    scope: 'panes',
    title: 'help',
    description: 'All keys',
    hint: 25,
    run: ({screen}) => screen.change({overlay: {kind: 'help', top: 0}}),
  },
  {
    id: 'quit',
    keys: ['q'],
    scope: 'panes',
    title: 'quit',
    description: 'Finish what is in hand, commit and leave',
    hint: 15,
    run: desk => desk.leave(),
  },
];

function openPalette({screen}: Desk): void {
  screen.change({overlay: {kind: 'palette', query: '', at: 0}});
}

function startOrStop({workbench, session, screen}: Desk): void {
  const {status} = session.consumer;
  if (status === 'stopping') return;
  if (status === 'disconnected' || status === 'failed') workbench?.reconnect();
  if (status === 'stopped' || status === 'failed') {
    workbench?.startConsumer();
    screen.change({focus: 'consumer'});
  } else workbench?.stopConsumer();
}

function step({screen}: Desk, by: 1 | -1): void {
  const at = fields.indexOf(screen.field) + by;
  if (screen.focus === 'payload' && fields[at]) {
    screen.change({field: fields[at]});
    return;
  }
  const next = paneNames[
    (paneNames.indexOf(screen.focus) + by + paneNames.length) % paneNames.length
  ] as PaneName;
  screen.change({focus: next, ...(next === 'payload' && {field: by > 0 ? 'value' : 'headers'})});
}

function back(desk: Desk): void {
  const {screen, composer} = desk;
  if (screen.focus === 'payload') {
    if (composer.giveUpReplacing()) {
      // What was said when the edit began is of no use any more, and would hide the hints.
      if (desk.session.flash?.level === 'info') desk.session.flash = null;
      return;
    }
    screen.change({focus: 'deliveries'});
    return;
  }
  if (screen.focus === 'consumer' && desk.session.joining) {
    desk.workbench?.leaveGroupAlone();
    return;
  }
  if (screen.focus === 'consumer') screen.change(screen.row === null ? {filter: ''} : {row: null});
  if (screen.focus === 'deliveries') screen.change({delivery: null});
}
