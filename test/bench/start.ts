import {alternate, type Figure, type Row, type Sample} from './figure.ts';
import {node, ProgramScreen, program} from './program-screen.ts';

const rounds = 10;

/** From starting the program to its first whole screen, the header and the hints; against Node that does nothing. */
export const start: Figure = {
  name: 'start',
  async measure(bootstrap, say) {
    const args = [program, '--brokers', bootstrap, '--topic', 'not-there', '--group', 'bench-start'];
    const {ours, theirs} = await alternate(
      {
        ours: async () => {
          const screen = new ProgramScreen(args, {columns: 120, rows: 40});
          const shown = await screen.waitFor(
            () => screen.row(0).includes('kafka-notify') && screen.row(39).trim() !== '',
            'header and hints',
          );
          await screen.end();
          return shown - screen.began;
        },
        theirs: bareNode,
      },
      rounds,
      say,
    );
    return [
      {what: 'start to first full frame', ours, unit: 'ms'},
      {what: `${node.split('/').at(-1)} -e 0`, ours: theirs, unit: 'ms'},
      {
        what: 'the program beyond bare Node',
        ours: beyond(ours, theirs),
        unit: 'ms',
        target: {sign: '≤', value: 200},
      },
    ] satisfies Row[];
  },
};

async function bareNode(): Promise<number> {
  const screen = new ProgramScreen(['-e', '0'], {columns: 120, rows: 40});
  await screen.exit;
  return performance.now() - screen.began;
}

function beyond(ours: Sample, theirs: Sample): Sample {
  return ours.map((value, round) => value - theirs[round]!);
}
