import {stripVTControlCharacters} from 'node:util';
import {render} from 'ink-testing-library';
import {useSyncExternalStore} from 'react';
import {describe, expect, it} from 'vitest';
import {Composer} from '../../../source/interface/composer.ts';
import type {Desk} from '../../../source/interface/desk.ts';
import {type Gate, KeyGate} from '../../../source/interface/key-gate.tsx';
import {PayloadPane} from '../../../source/interface/panes/payload.tsx';
import {Screen} from '../../../source/interface/screen.ts';
import {createTheme} from '../../../source/interface/theme.ts';
import {type DraftText, emptyDraft} from '../../../source/session/draft.ts';
import {Session} from '../../../source/session/session.ts';
import {ManualClock} from '../../flow/support/manual-clock.ts';

const place = {topic: 'notifications', group: 'g', brokers: 'b', handler: 'h', embedded: false};
const scrolls = {value: {top: 0, left: 0}, headers: {top: 0, left: 0}};
const area = {width: 60, height: 12};

/** The payload pane alone with the keyboard, as the application puts them together. */
function open(draft: Partial<DraftText> = {}) {
  const screen = new Screen();
  screen.focus = 'payload';
  const session = new Session(place, new ManualClock());
  const composer = new Composer(
    {...emptyDraft, ...draft},
    () => {},
    () => screen.changed(),
  );
  const desk = {
    session,
    screen,
    composer,
    workbench: null,
    pageRows: 5,
    leave() {},
    openEditor() {},
  } as unknown as Desk;
  const gate: Gate = {wasCommand: false};
  function Pane() {
    useSyncExternalStore(screen.subscribe, () => screen.version);
    return (
      <>
        <KeyGate desk={desk} gate={gate} />
        <PayloadPane
          desk={desk}
          area={area}
          theme={createTheme({})}
          focused={true}
          wasCommand={() => gate.wasCommand}
          scrolls={scrolls}
        />
      </>
    );
  }
  const {stdin, lastFrame} = render(<Pane />);
  /** One key after the other, each seen before the next, as a person presses them. */
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) {
      stdin.write(key);
      await new Promise(resolve => setImmediate(resolve));
    }
  };
  return {
    composer,
    screen,
    press,
    shows: (text: string | RegExp) =>
      expect.poll(() => stripVTControlCharacters(lastFrame() ?? '')).toMatch(text),
  };
}

describe('the payload pane', () => {
  it('tells while typing whether the text is JSON, and where it breaks', async () => {
    const {press, shows} = open();
    await shows('empty: write JSON here');
    await press('{"to":}');
    await shows(/1:7 expected a value/);
    await press('\u001B[D', '1');
    await shows('valid · 8 bytes');
    await shows('1 {"to":1}');
  });

  it('keeps a null key apart from an empty one', async () => {
    const {composer, press, shows} = open({value: '{}'});
    await press('\t');
    await shows('null (no key)');
    await press('\u001Bn');
    await shows(/key +empty/);
    expect(composer.key).toBe('');
    await press('u');
    await shows(/key +u/);
    expect(composer.draft).toMatchObject({key: 'u'});
  });

  it('keeps the cursor of a field at its text when a chord is pressed', async () => {
    const {composer, press, shows} = open({value: '{}'});
    await press('\t', 'a', 'b');
    await shows(/key +ab/);
    await press('\u0013', '\u007F', 'c');
    await shows(/key +ac/);
    expect(composer.key).toBe('ac');
  });

  it('takes digits only for the partition', async () => {
    const {composer, press, shows} = open({value: '{}'});
    await press('\t', '\t', 'x', '1', '-', '2');
    await shows(/partition +12/);
    expect(composer.partition).toBe('12');
  });

  it('shows a tombstone and brings the text back', async () => {
    const {composer, press, shows} = open({value: '{"a":1}'});
    await press('\u001Bn');
    await shows('null: a tombstone');
    expect(composer.draft.value).toBeNull();
    await press('\u001Bn');
    await shows('valid · 7 bytes');
    expect(composer.draft.value).toBe('{"a":1}');
  });
});
