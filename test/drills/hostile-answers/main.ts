import {hostileDrill} from './drill.ts';

/** Runs the drill on the broker at `bootstrap` and prints its counts; answers the exit code. */
export async function runHostileDrill(
  bootstrap: string,
  {seed, count, decoded, minutes}: {seed: number; count: number; decoded: number; minutes: number},
): Promise<number> {
  const plan = {
    seed,
    count,
    decoded,
    perPartition: 2000,
    keys: 200,
    time: minutes * 60_000,
    sparesSilence: false,
  };
  const {wrong, counts} = await hostileDrill(bootstrap, plan, line => console.error(line));
  for (const [name, value] of Object.entries(counts)) console.log(`${name.padEnd(44)} ${value}`);
  for (const each of wrong) console.log(`WRONG ${each}\n`);
  console.log(
    wrong.length === 0 ? 'nothing unhandled, nothing grown, nothing held beside' : `${wrong.length} wrong`,
  );
  return wrong.length === 0 ? 0 : 1;
}
