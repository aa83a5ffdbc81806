import {writeFaults} from '../actions/faults.ts';
import {row} from '../cells.ts';
import type {Desk} from '../desk.ts';
import type {Gate} from '../key-gate.tsx';
import {Asked} from '../parts/asked.tsx';
import {Rows} from '../parts/rows.tsx';
import type {Theme} from '../theme.ts';
import {titleBar} from './title.ts';

type Props = {
  readonly desk: Desk;
  readonly gate: Gate;
  readonly theme: Theme;
  readonly words: string;
  readonly width: number;
};

/** Asks which faults are put in on purpose, as at the command line. */
export function FaultSheet({desk, gate, theme, words, width}: Props) {
  const {screen, session} = desk;
  return (
    <>
      <Rows
        rows={[
          titleBar('FAULTS on purpose', 'Enter puts them in · Esc leaves', {width, focused: true, theme}),
        ]}
      />
      <Asked
        gate={gate}
        label="faults"
        value={words}
        width={width}
        onChange={changed => screen.change({overlay: {kind: 'faults', words: changed}})}
        onSubmit={() => {
          if (writeFaults(desk, words)) screen.change({overlay: null});
          session.touch();
        }}
      />
      <Rows
        rows={[
          row(
            [['  fail-next=2 fail-every=3 slow=200ms stop-before-commit crash-before-commit', theme.quiet]],
            width,
          ),
        ]}
      />
    </>
  );
}
