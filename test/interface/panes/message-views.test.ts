import {describe, expect, it} from 'vitest';
import {viewRows} from '../../../source/interface/panes/message-views.ts';
import {keptOf} from '../../../source/session/row.ts';
import {type HeaderPair, headersOf} from '../../flow/support/headers.ts';
import {message} from '../../flow/support/messages.ts';

const headerView = (pairs: readonly HeaderPair[]) =>
  viewRows(keptOf({...message(0, 1), headers: pairs.flatMap(pair => headersOf(pair))}, 1000), 'headers', 80);

describe('the view of headers', () => {
  it('shows them in their order, with null, empty and text apart', () => {
    const view = headerView([
      ['constructor', 'x'],
      ['a', '1'],
      ['10', null],
      ['9', ''],
      ['a', 'null'],
      ['__proto__', Buffer.from([0xff])],
      ['', ' '],
    ]);
    expect(view.window(0, 10).rows).toEqual([
      'constructor  x',
      'a  1',
      '10  null',
      '9  ""',
      'a  "null"',
      '__proto__  0xff  (hex)',
      '""  " "',
    ]);
  });

  it('shows the bytes of a name that is not UTF-8', () => {
    const headers = [{name: '\ufffd', rawName: Buffer.from([0xff]), value: null}];
    expect(viewRows(keptOf({...message(0, 1), headers}, 9), 'headers', 80).window(0, 9).rows).toEqual([
      '0xff  null',
    ]);
  });

  it('lays out what is looked at, and knows where it is', () => {
    const many = Array.from(
      {length: 100_000},
      (_, at) => [`h-${at}`, at === 1 ? `${'x '.repeat(100)}x` : 'x'] as const,
    );
    const view = headerView(many);
    expect(view.window(0, 2)).toEqual({
      rows: ['h-0  x', expect.stringMatching(/^h-1 {2}x x/)],
      place: 'lines 1–2 of 100002 or more',
    });
    const {rows, place} = view.window(1e9, 2);
    expect(rows).toEqual(['h-99998  x', 'h-99999  x']);
    expect(place).toBe('lines 100001–100002 of 100002');
    expect(view.window(3, 1).rows).toEqual([expect.stringMatching(/^x x/)]);
  });
});

describe('the views of a value', () => {
  it('tell a tombstone from an empty value, and from the JSON null', () => {
    const rowsOf = (value: Buffer | null) =>
      viewRows(keptOf({...message(0, 1), value}, 1000), 'raw', 80).window(0, 9).rows;
    const all = [null, Buffer.alloc(0), Buffer.from('null')].map(rowsOf);
    expect(all).toEqual([['null: a tombstone'], ['empty: a value of 0 bytes'], ['null']]);
  });
});
