import {row} from '../cells.ts';
import type {Desk} from '../desk.ts';
import type {Gate} from '../key-gate.tsx';
import type {Area} from '../layout.ts';
import {titleBar} from '../panes/title.ts';
import {Asked} from '../parts/asked.tsx';
import {Rows} from '../parts/rows.tsx';
import type {Theme} from '../theme.ts';
import type {BulkForm} from './bulk-form.ts';
import {formRows, runRows} from './bulk-rows.ts';
import {composeLine} from './compose-line.ts';
import {bulkFields} from './compose-overlay.ts';

type Props = {readonly desk: Desk; readonly gate: Gate; readonly theme: Theme; readonly area: Area};

const labels = {times: 'times    ', file: 'or a file', rate: 'a second '} as const;
const whenEmpty = {
  times: 'the draft once',
  file: 'of JSON lines: each line a value, with the key and headers of the draft',
  rate: 'as quickly as they are acknowledged',
} as const;

/** What to send in bulk. */
export function BulkFormSheet({desk, gate, theme, area, form}: Props & {readonly form: BulkForm}) {
  const {width, height} = area;
  const line = composeLine(desk)!;
  const rest = {width, height: height - 1 - bulkFields.length};
  const hint = desk.composer.expands ? 'placeholders are filled in anew for each' : 'placeholders are off';
  return (
    <>
      <Rows
        rows={[titleBar('IN BULK', 'Enter checks and sends · Tab next', {width, focused: true, theme})]}
      />
      {bulkFields.map(field =>
        field === form.field ? (
          <Asked
            key={field}
            gate={gate}
            label={labels[field]}
            value={line.text}
            placeholder={whenEmpty[field]}
            width={width}
            onChange={line.set}
            onSubmit={line.submit}
          />
        ) : (
          <Rows
            key={field}
            rows={[
              row(
                [
                  [` ${labels[field]} `, theme.quiet],
                  form[field] === '' ? [whenEmpty[field], theme.quiet] : form[field],
                ],
                width,
              ),
            ]}
          />
        ),
      )}
      <Rows rows={formRows(desk.compose.bulk.state, hint, rest, theme)} />
    </>
  );
}

/** How what is sent in bulk stands. */
export function BulkRunSheet({desk, theme, area}: Omit<Props, 'gate'>) {
  const {state} = desk.compose.bulk;
  return state.kind === 'run' ? <Rows rows={runRows(state, area, theme)} /> : null;
}
