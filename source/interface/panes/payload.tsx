import {Box, Text} from 'ink';
import {positionOf} from '../../flow/message.ts';
import {safeText} from '../../payload/safe-text.ts';
import {bytes} from '../amounts.ts';
import {type Piece, row} from '../cells.ts';
import type {Desk} from '../desk.ts';
import type {Area} from '../layout.ts';
import {type EditorTheme, editorRows, followCursor, type Scroll} from '../parts/editor/editor-view.ts';
import {textOf} from '../parts/editor/text-buffer.ts';
import {Rows} from '../parts/rows.tsx';
import {SingleLine} from '../parts/single-line.tsx';
import type {Theme} from '../theme.ts';
import {titleBar} from './title.ts';

type Props = {
  readonly desk: Desk;
  readonly area: Area;
  readonly theme: Theme;
  readonly focused: boolean;
  /** Whether the key just pressed was a command, and so is no text. */
  readonly wasCommand: () => boolean;
  /** What the editors show of their texts: kept between drawings, so that a text stands still while the cursor moves. */
  readonly scrolls: {value: Scroll; headers: Scroll};
};

/** Title, what is wrong or right, key, partition, headers' title: rows beside the editors'. */
const fixedRows = 5;

export function PayloadPane({desk, area, theme, focused, wasCommand, scrolls}: Props) {
  const {composer, screen} = desk;
  const {width, height} = area;
  const {check, bytes: size} = composer.check();
  const headerRows = Math.max(
    1,
    Math.min(composer.headers.lines.length, 4, Math.floor((height - fixedRows) / 3)),
  );
  const valueRows = Math.max(1, height - fixedRows - headerRows);
  const editing = (field: typeof screen.field) => focused && screen.field === field;
  const title = composer.replacing
    ? `PAYLOAD  replaces ${positionOf(composer.replacing)}: Ctrl+S republishes, Esc gives it up`
    : 'PAYLOAD';
  const headerCount = composer.headers.lines.filter(line => line.trim() !== '').length;
  const verdict = row(verdictOf(composer, theme), width);
  scrolls.value = followCursor(composer.value, scrolls.value, width, valueRows);
  scrolls.headers = followCursor(composer.headers, scrolls.headers, width, headerRows);
  const valueLines = editorRows(composer.value, scrolls.value, width, valueRows, {
    theme: jsonTheme(theme),
    focused: editing('value'),
    errorAt: check.valid || composer.isTombstone || composer.raw || size === 0 ? null : check,
  });
  const headerLines = editorRows(composer.headers, scrolls.headers, width, headerRows, {
    theme: {...jsonTheme(theme), key: asIs, string: asIs, number: asIs, literal: asIs},
    focused: editing('headers'),
  });
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Rows
        rows={[
          titleBar(title, size > 0 ? bytes(size) : '', {width, focused, theme}),
          ...(composer.isTombstone ? valueLines.map(line => theme.quiet(line)) : valueLines),
          verdict,
        ]}
      />
      <Field
        label="key"
        value={composer.key ?? ''}
        empty={composer.key === null ? 'null (no key)' : 'empty'}
        focused={editing('key')}
        width={width}
        theme={theme}
        wasCommand={wasCommand}
        onChange={key => composer.setKey(key)}
      />
      <Field
        label="partition"
        value={composer.partition}
        empty="the key decides"
        focused={editing('partition')}
        width={width}
        theme={theme}
        wasCommand={wasCommand}
        onChange={partition => composer.setPartition(partition)}
      />
      <Rows
        rows={[
          row(
            [
              ' ',
              [`headers ${headerCount}`, editing('headers') ? theme.accent : theme.quiet],
              [headersHint(composer), theme.quiet],
            ],
            width,
          ),
          ...headerLines,
        ]}
      />
    </Box>
  );
}

/** One row: whether it can be published, and what is switched on for it. */
function verdictOf(composer: Desk['composer'], theme: Theme): Piece[] {
  const {check, bytes: size} = composer.check();
  const placeholders = composer.expands ? ' · placeholders on' : '';
  const place = check.valid ? '' : `${check.line}:${check.column} ${safeText(check.reason)}`;
  if (composer.isTombstone)
    return [' ', ['null: a tombstone', theme.waiting], '  Alt+N brings the text back'];
  if (composer.raw) {
    const what = check.valid ? '' : size === 0 ? ' · empty' : ` · ${place}`;
    return [' ', ['raw, not checked', theme.waiting], what, ` · ${bytes(size)}${placeholders}`];
  }
  if (check.valid) return [' ', ['valid', theme.good], ` · ${bytes(size)}${placeholders}`];
  return size === 0 ? [[' empty: write JSON here', theme.quiet]] : [' ', [place, theme.bad]];
}

function headersHint({replacing, headers}: Desk['composer']): string {
  if (replacing) return '  new ids; those in the value stay';
  return textOf(headers) === '' ? '  one a line: name: text' : '';
}

const asIs = (text: string) => text;

function jsonTheme({key, string, number, literal, quiet, bad, cursor}: Theme): EditorTheme {
  return {key, string, number, literal, dim: quiet, error: bad, cursor};
}

type FieldProps = {
  readonly label: string;
  readonly value: string;
  readonly empty: string;
  readonly focused: boolean;
  readonly width: number;
  readonly theme: Theme;
  readonly wasCommand: () => boolean;
  readonly onChange: (value: string) => void;
};

const labelWidth = 11;

function Field({label, value, empty, focused, width, theme, wasCommand, onChange}: FieldProps) {
  return (
    <Box width={width} height={1} overflow="hidden">
      <Text>{row([' ', [label, focused ? theme.accent : theme.quiet]], labelWidth)}</Text>
      {focused ? (
        <SingleLine value={value} placeholder={empty} wasCommand={wasCommand} onChange={onChange} />
      ) : (
        <Text wrap="truncate">
          {value === '' ? theme.quiet(empty) : row([safeText(value)], width - labelWidth)}
        </Text>
      )}
    </Box>
  );
}
