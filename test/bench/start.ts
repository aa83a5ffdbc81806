import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {alternate, type Figure, type Row, type Sample} from './figure.ts';
import {ProgramScreen, program} from './program-screen.ts';

const rounds = 10;
const size = {columns: 120, rows: 40};

/**
 * From starting the program to its first whole screen, the header and the hints; against Node that does nothing. A first
 * start compiles everything, later ones find it compiled: those are what a person waits for day by day.
 */
export const start: Figure = {
  name: 'start',
  async measure(bootstrap, say) {
    const args = [program, '--brokers', bootstrap, '--topic', 'not-there', '--group', 'bench-start'];
    const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-bench-state-'));
    const begin = async (environment: Readonly<Record<string, string>>) => {
      const screen = new ProgramScreen(args, {...size, environment});
      const shown = await screen.waitFor(
        () => screen.row(0).includes('kafka-notify') && screen.row(size.rows - 1).trim() !== '',
        'header and hints',
      );
      // It leaves in order, and so keeps what it has compiled.
      screen.type('\u0003');
      await screen.exit;
      return shown - screen.began;
    };
    const {again, first, bare} = await alternate(
      {again: () => begin({KAFKA_NOTIFY_STATE_DIR: folder}), first: () => begin({}), bare: bareNode},
      rounds,
      say,
    );
    rmSync(folder, {recursive: true, force: true});
    return [
      {what: 'start to first full frame', ours: again, unit: 'ms'},
      {what: 'the very first start', ours: first, unit: 'ms'},
      {what: 'node -e 0', ours: bare, unit: 'ms'},
      {
        what: 'start beyond bare Node',
        ours: beyond(again, bare),
        unit: 'ms',
        target: {sign: '≤', value: 200},
      },
    ] satisfies Row[];
  },
};

async function bareNode(): Promise<number> {
  const screen = new ProgramScreen(['-e', '0'], size);
  await screen.exit;
  return performance.now() - screen.began;
}

function beyond(ours: Sample, theirs: Sample): Sample {
  return ours.map((value, round) => value - theirs[round]!);
}
