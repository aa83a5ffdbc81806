import {Api} from '../codec/api.ts';
import {bool, int16, int32, int64, list, listOf, listOrNull, text} from '../codec/fields.ts';

export const describeLogDirs = new Api('DescribeLogDirs', {
  key: 35,
  versions: [1, 5],
  flexible: 2,
  request: {
    topics: listOrNull(0, {
      topic: text(),
      partitions: listOf(int32()),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({since: 3}),
    results: list({
      errorCode: int16(),
      logDir: text(),
      topics: list({
        name: text(),
        partitions: list({
          partitionIndex: int32(),
          partitionSize: int64(),
          offsetLag: int64(),
          isFutureKey: bool(),
        }),
      }),
      totalBytes: int64({since: 4, default: -1n}),
      usableBytes: int64({since: 4, default: -1n}),
      isCordoned: bool({since: 5}),
    }),
  },
});
