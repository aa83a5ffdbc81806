import {stripVTControlCharacters} from 'node:util';
import {describe, expect, it} from 'vitest';
import type {Desk} from '../../source/interface/desk.ts';
import {failureLines} from '../../source/interface/failures/failure-rows.ts';
import {actionFor, perform} from '../../source/interface/keymap.ts';
import {consumerLines} from '../../source/interface/panes/consumer.ts';
import {defaultColumns} from '../../source/interface/panes/message-row.ts';
import {topicLines} from '../../source/interface/panes/topic.ts';
import {Screen} from '../../source/interface/screen.ts';
import {createTheme} from '../../source/interface/theme.ts';
import {Session} from '../../source/session/session.ts';
import {topic} from '../flow/support/messages.ts';
import {SimulatedGroup} from '../flow/support/simulated-group.ts';

const theme = createTheme({NO_COLOR: '1'});

/** Two partitions of six messages; 2 to 4 of the second are in a batch that cannot be read so many times. */
async function open({readings = Number.POSITIVE_INFINITY, isEndKnown = true, bytes = 'damaged'} = {}) {
  const whole = {offsets: [0, 1, 2, 3, 4, 5], fates: new Map(), first: 0, end: 6};
  const damaged = {...whole, damaged: [{from: 2, next: 5, isEndKnown, readings, bytes}]};
  const group = new SimulatedGroup([whole, damaged], {onFailure: 'hold', retries: 0});
  const place = {topic, group: 'g', brokers: 'b:1', handler: 'JSON', embedded: false};
  const session = new Session(place, group.clock);
  session.start(() => group.processing.lanes());
  session.takeTopicState({
    status: 'there',
    createdAt: null,
    partitions: [0, 1].map(partition => ({
      partition,
      leader: 1,
      replicas: [1],
      inSync: [1],
      first: 0n,
      end: 6n,
    })),
  });
  let told = 0;
  const flow = async () => {
    for (let round = 0; round < 4; round++) {
      group.fetch(10);
      await group.clock.turn(1000);
      while (told < group.events.length) session.takeEvent(group.events[told++]!);
      session.tick();
    }
  };
  group.meet([0, 1]);
  await flow();
  const {processing} = group;
  const saved: object[] = [];
  const screen = new Screen();
  const desk = {
    session,
    screen,
    pageRows: 10,
    saveBatch: (batch: object) => saved.push(batch),
    workbench: {
      readAgain: (partition: number, from: bigint) => processing.readAgain(partition, from),
      lookAtTopic() {},
      reconnect() {},
    },
  } as unknown as Desk;
  const press = (...keys: string[]) => {
    for (const key of keys) perform(actionFor(key, desk)!, desk);
  };
  return {group, session, screen, desk, saved, flow, press};
}

const topicText = ({session, screen}: {session: Session; screen: Screen}, width = 160) =>
  topicLines(session, screen, {width, height: 6}, {theme, focused: true}).map(stripVTControlCharacters);

function failureText({session, screen}: {session: Session; screen: Screen}): string[] {
  const {overlay} = screen;
  if (overlay?.kind !== 'failures') throw new Error(`the list is not open, but ${overlay?.kind}`);
  const look = {theme, columns: defaultColumns};
  return failureLines(session, overlay, {width: 120, height: 8}, look).map(stripVTControlCharacters);
}

describe('a batch that cannot be read', () => {
  it('holds its partition in the topic pane, named with its offsets, and counts as held', async () => {
    const opened = await open();
    const [title, , first, second] = topicText(opened);
    expect(title).toContain('held 1');
    expect(first).not.toContain('✗');
    expect(second).toContain(
      "✗ 1@2 can't be read: CRC mismatch (2 to 4). s skips it, r reads it again, w saves it",
    );
    expect(opened.session.stream.counts).toMatchObject({failed: 0, skipped: 0, processed: 8});
    expect(opened.session.log.items.at(-1)).toMatchObject({
      level: 'error',
      text: "1@2 can't be read: CRC mismatch (2 to 4)",
    });
  });

  it('is said in the consumer pane too, which has no message to show for it', async () => {
    const opened = await open();
    const look = {theme, focused: true, columns: defaultColumns};
    const lines = consumerLines(opened.session, opened.screen, {width: 100, height: 12}, look);
    expect(lines.map(stripVTControlCharacters)[1]).toContain(
      "✗ 1@2 can't be read: CRC mismatch (2 to 4). F lists what can be done.",
    );
  });

  it('is in the list of failures, before those that only failed', async () => {
    const opened = await open();
    opened.press('F');
    const lines = failureText(opened);
    expect(lines[0]).toContain("FAILURES  1 can't be read");
    expect(lines[2]).toContain("can't be read  1 can't be read");
    expect(lines[3]).toMatch(/▸✗ unreadable {2}1@2 .* \+1 .* CRC mismatch \(2 to 4\)/);
  });

  it('is skipped with a reason, and only after its offsets were shown', async () => {
    const opened = await open();
    opened.screen.change({focus: 'topic', partition: 1});
    opened.press('s');
    expect(opened.screen.overlay).toMatchObject({
      kind: 'skip-batch',
      batch: {partition: 1, from: 2n, next: 5n},
    });
    opened.screen.change({overlay: null});
    opened.press('F', 's');
    expect(opened.screen.overlay).toMatchObject({kind: 'skip-batch', back: {kind: 'failures'}});
    expect(opened.group.unreadable()).toHaveLength(1);
  });

  it('is not skipped where its end is unknown, which is said', async () => {
    const opened = await open({isEndKnown: false});
    opened.screen.change({partition: 1});
    opened.press('s');
    expect(opened.screen.overlay).toBeNull();
    expect(opened.session.flash?.text).toContain('The end of the batch at 1@2 is unknown');
    expect(topicText(opened, 180)[3]).toContain(
      '(from 2 on, its end is unknown). r reads it again, w saves it',
    );
  });

  it('is read again from either place, and flows on where it is good then', async () => {
    const opened = await open({readings: 2});
    opened.screen.change({partition: 1});
    opened.press('r');
    await opened.flow();
    expect(opened.group.unreadable()).toHaveLength(1);
    opened.press('F', 'r');
    await opened.flow();
    expect(opened.group.unreadable()).toEqual([]);
    expect(topicText(opened)[0]).toContain('held 0');
  });

  it('is saved from either place, byte for byte', async () => {
    const opened = await open();
    opened.screen.change({partition: 1});
    opened.press('w', 'F', 'w');
    const batch = expect.objectContaining({partition: 1, from: 2n, bytes: Buffer.from('damaged')});
    expect(opened.saved).toEqual([batch, batch]);
  });

  it('is not saved where the broker gave nothing of it', async () => {
    const opened = await open({bytes: ''});
    opened.screen.change({partition: 1});
    opened.press('w');
    expect(opened.session.flash?.text).toBe('The broker gave no bytes of it.');
    expect(opened.saved).toEqual([]);
  });

  it('takes no key of a message, and none of its keys means it where another partition is pointed at', async () => {
    const opened = await open();
    for (const key of ['d', 'e', 'R', 'S', 'D']) {
      opened.press('F', key);
      expect(opened.session.flash?.text, key).toContain('Its messages are unknown');
      opened.press('esc');
    }
    opened.screen.change({focus: 'topic', partition: 0});
    opened.press('s');
    expect(opened.session.flash?.text).toBe('What is here can be read.');
    opened.press('r');
    await opened.flow();
    expect(opened.group.unreadable()).toHaveLength(1);
  });

  it('is no partition that is pointed at while a message lies over the topic pane', async () => {
    const opened = await open();
    opened.screen.change({
      focus: 'topic',
      partition: 1,
      overlay: {kind: 'detail', rowId: 0, view: 'json', top: 0},
    });
    opened.press('s', 'r');
    expect(opened.screen.overlay).toMatchObject({kind: 'detail'});
    expect(opened.group.events.map(({type}) => type)).not.toContain('batch-read-again');
  });
});
