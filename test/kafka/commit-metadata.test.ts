import {describe, expect, it} from 'vitest';
import {commitMetadata, isOurCommit, markIn} from '../../source/kafka/commit-metadata.ts';

describe('what is kept beside a commit', () => {
  it.each([
    ['kafka-notify topic 0af1 of 3', {topicId: '0af1', startedWith: 3}],
    ['kafka-notify topic 0af1', {topicId: '0af1', startedWith: null}],
    ['kafka-notify of 12', {topicId: null, startedWith: 12}],
    ['kafka-notify', {topicId: null, startedWith: null}],
  ])('is %s', (text, mark) => {
    expect(commitMetadata(mark)).toBe(text);
    expect(markIn(text)).toEqual(mark);
    expect(isOurCommit(text)).toBe(true);
  });

  it('is ours still where a later version keeps more', () => {
    expect(markIn('kafka-notify something else')).toEqual({topicId: null, startedWith: null});
  });

  it.each([null, '', 'kafka-notify-2', 'a kafka-notify topic 0af1', 'batch 7'])(
    'takes %j for what another program keeps',
    metadata => {
      expect(isOurCommit(metadata)).toBe(false);
      expect(markIn(metadata)).toBeNull();
    },
  );
});
