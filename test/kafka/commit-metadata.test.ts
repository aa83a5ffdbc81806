import {describe, expect, it} from 'vitest';
import {commitMetadata, isOurCommit, topicIdIn} from '../../source/kafka/commit-metadata.ts';

describe('what is kept beside a commit', () => {
  it('marks it as ours, with the topic where it has an id and without', () => {
    expect(commitMetadata('0af1')).toBe('kafka-notify topic 0af1');
    expect(commitMetadata(null)).toBe('kafka-notify');
    for (const id of ['0af1', null]) {
      expect(isOurCommit(commitMetadata(id))).toBe(true);
      expect(topicIdIn(commitMetadata(id))).toBe(id);
    }
  });

  it.each([null, '', 'kafka-notify-2', 'a kafka-notify topic 0af1', 'batch 7'])(
    'takes %j for what another program keeps',
    metadata => {
      expect(isOurCommit(metadata)).toBe(false);
      expect(topicIdIn(metadata)).toBeNull();
    },
  );
});
