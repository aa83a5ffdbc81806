import {describeLogDirs} from '../messages/log-dirs.ts';
import {answer} from './handler.ts';

/** There is no folder: all is in memory. Clients take it for a path, and some refuse an empty one. */
const memoryFolder = '/memory';

/** One directory that holds everything, with the sizes of the logs; its volume is what may be retained. */
export const answerDescribeLogDirs = answer(describeLogDirs, (request, _, {topics}) => {
  const wanted =
    request.topics ??
    topics
      .all()
      .map(({name, partitions}) => ({topic: name, partitions: partitions.map((__, index) => index)}));
  const {limit, used} = topics.memory;
  return {
    results: [
      {
        logDir: memoryFolder,
        topics: wanted
          .map(({topic, partitions}) => ({
            name: topic,
            partitions: partitions.flatMap(partitionIndex => {
              const log = topics.partition(topic, partitionIndex);
              return log ? [{partitionIndex, partitionSize: BigInt(log.size)}] : [];
            }),
          }))
          .filter(({partitions}) => partitions.length > 0),
        totalBytes: BigInt(limit),
        usableBytes: BigInt(Math.max(0, limit - used)),
      },
    ],
  };
});
