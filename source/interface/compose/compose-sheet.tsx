import {row} from '../cells.ts';
import type {Desk} from '../desk.ts';
import type {Gate} from '../key-gate.tsx';
import type {Area} from '../layout.ts';
import {titleBar} from '../panes/title.ts';
import {Asked} from '../parts/asked.tsx';
import {Rows} from '../parts/rows.tsx';
import type {Overlay} from '../screen.ts';
import type {Theme} from '../theme.ts';
import {BulkFormSheet, BulkRunSheet} from './bulk-sheet.tsx';
import {matchingDrafts} from './choose-draft.ts';
import {composeLine} from './compose-line.ts';
import {draftRows} from './draft-rows.ts';

/** Rows that composing's overlays take above the hints. */
export function composeSheetHeight(overlay: Overlay | null, rows: number): number {
  switch (overlay?.kind) {
    case 'drafts':
      return Math.min(20, Math.floor(rows / 2));
    case 'save-template':
      return 3;
    case 'bulk':
    case 'bulk-run':
      return 8;
    default:
      return 0;
  }
}

type Props = {readonly desk: Desk; readonly gate: Gate; readonly theme: Theme; readonly area: Area};

/** A list of drafts to choose from, or the name that one is to be kept under. */
export function ComposeSheet({desk, gate, theme, area}: Props) {
  const {overlay} = desk.screen;
  const line = composeLine(desk);
  const {width, height} = area;
  switch (overlay?.kind) {
    case 'drafts': {
      const found = matchingDrafts(overlay.query);
      const at = Math.min(overlay.at, Math.max(0, found.length - 1));
      const title = overlay.from === 'templates' ? 'TEMPLATES' : 'PUBLISHED BEFORE';
      const end = `${found.length} · Enter takes it as the draft`;
      return (
        <>
          <Rows rows={[titleBar(title, end, {width, focused: true, theme})]} />
          <Asked
            gate={gate}
            label="find"
            value={line!.text}
            width={width}
            onChange={line!.set}
            onSubmit={line!.submit}
          />
          <Rows rows={draftRows(found, at, {width, height: height - 2}, theme)} />
        </>
      );
    }
    case 'save-template':
      return (
        <>
          <Rows
            rows={[titleBar('SAVE THE DRAFT AS A TEMPLATE', 'Enter saves', {width, focused: true, theme})]}
          />
          <Asked
            gate={gate}
            label="name"
            value={line!.text}
            width={width}
            onChange={line!.set}
            onSubmit={line!.submit}
          />
          <Rows rows={[row([['  none is overwritten', theme.quiet]], width)]} />
        </>
      );
    case 'bulk':
      return <BulkFormSheet desk={desk} gate={gate} theme={theme} area={area} form={overlay} />;
    case 'bulk-run':
      return <BulkRunSheet desk={desk} theme={theme} area={area} />;
    default:
      return null;
  }
}
