import {consumeByEachBatch, consumeByFlow} from './consumers.ts';
import {alternate, type Figure, type Row} from './figure.ts';
import {filledTopic, partitions} from './topics.ts';

const loads = [
  {name: '100 B', size: 100, count: 600_000},
  {name: '1 KB', size: 1024, count: 150_000},
] as const;
const rounds = 3;

/** Consume, process, commit after success; against KafkaJS that does nothing at all. */
export const consume: Figure = {
  name: 'consume',
  async measure(bootstrap, say) {
    const rows: Row[] = [];
    for (const {name, size, count} of loads) {
      say(`${count} messages of ${name} in ${partitions} partitions …`);
      const topic = await filledTopic(bootstrap, count, size);
      const commits: number[] = [];
      const {ours, theirs} = await alternate(
        {
          ours: async () => {
            const {seconds, commits: confirmed} = await consumeByFlow(bootstrap, topic, count);
            // The last one, which ends the measurement, comes however short it was.
            commits.push((confirmed - 1) / seconds);
            return count / seconds;
          },
          theirs: async () => count / (await consumeByEachBatch(bootstrap, topic, count)).seconds,
        },
        rounds,
        say,
      );
      rows.push(
        {
          what: `consume, process, commit  ${name}`,
          ours,
          theirs: {name: 'bare eachBatch', sample: theirs},
          unit: 'msg/s',
          target: {sign: '≥', value: 0.6},
        },
        {
          what: `commits meanwhile  ${name}`,
          ours: commits.slice(1),
          unit: 'a second',
          target: {sign: '≤', value: 20},
        },
      );
    }
    return rows;
  },
};
