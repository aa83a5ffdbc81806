import {kafkaTool} from './start-kafka.ts';

/**
 * A group's committed offsets by partition as Apache's own consumer-groups tool prints them; `-` where there is none.
 * Rejects with what the tool said when it could not tell.
 */
export async function toldByConsumerGroups(
  bootstrap: string,
  group: string,
  topic: string,
): Promise<readonly string[]> {
  const {code, stdout, stderr} = await kafkaTool(
    'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
    ['--bootstrap-server', bootstrap, '--describe', '--offsets', '--group', group],
  );
  const rows = stdout.split('\n').map(line => line.trim().split(/\s+/));
  const columns = rows.find(row => row.includes('CURRENT-OFFSET'));
  if (code !== 0 || !columns)
    throw new Error(`The consumer-groups tool ended with ${code}: ${stderr}${stdout}`);
  const at = (row: readonly string[], column: string) => row[columns.indexOf(column)]!;
  return rows
    .filter(row => row.length >= columns.indexOf('CURRENT-OFFSET') && at(row, 'TOPIC') === topic)
    .sort((left, right) => Number(at(left, 'PARTITION')) - Number(at(right, 'PARTITION')))
    .map(row => at(row, 'CURRENT-OFFSET'));
}
