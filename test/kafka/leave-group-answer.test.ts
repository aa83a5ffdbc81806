import {createRequire} from 'node:module';
import {expect, it} from 'vitest';
import {createClient} from '../../source/kafka/client.ts';

type Answer = {errorCode: number; members: {memberId: string; errorCode: number}[]};

const {LeaveGroup} = (
  createRequire(import.meta.url)('kafkajs/src/protocol/requests/index.js') as {
    requests: {
      LeaveGroup: {
        protocol(chosen: {version: number}): (about: object) => {
          response: {parse(answer: Answer): Promise<Answer>};
        };
      };
    };
  }
).requests;

it('an answer to LeaveGroup with an error of the whole and one of a member is one error, which is caught', async () => {
  createClient({brokers: ['127.0.0.1:1']});
  const {response} = LeaveGroup.protocol({version: 3})({groupId: 'g', members: []});
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.on('unhandledRejection', note);
  try {
    const member = {memberId: 'm', errorCode: 25};
    await expect(response.parse({errorCode: 16, members: [member]})).rejects.toMatchObject({
      type: 'NOT_COORDINATOR_FOR_GROUP',
    });
    await expect(response.parse({errorCode: 0, members: [member]})).rejects.toMatchObject({
      type: 'UNKNOWN_MEMBER_ID',
    });
    const left = {errorCode: 0, members: [{memberId: 'm', errorCode: 0}]};
    expect(await response.parse(left)).toBe(left);
    // Node tells of what nobody caught when all that was promised is done.
    await new Promise(resolve => setImmediate(resolve));
    expect(uncaught).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
