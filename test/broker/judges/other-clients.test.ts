import {describe, expect, inject, it, type TestContext} from 'vitest';
import {endOf} from './support/end-of.ts';
import {judgedBroker} from './support/judged-broker.ts';
import {type Judge, otherClients} from './support/other-clients.ts';

/** Most of it for what has to be fetched and built on the first run. */
const patience = 600_000;
const kafka = inject('kafka');

/**
 * What each asserts stands in its script: it creates a topic (and not twice), publishes with its codecs, keys and headers, reads
 * all in order, in a group where it has groups, commits, goes on from the commit, lists offsets, deletes.
 */
describe('clients of other people judge the embedded broker', () => {
  const broker = judgedBroker();

  it.for(otherClients)('$name', {timeout: patience}, ({judge}, context) =>
    held(judge, broker.bootstrap(), context),
  );
});

// A judge that asks for what Kafka does not do is none.
if ('missing' in kafka)
  it.skip(`the judges themselves, on Apache Kafka: skipped, ${kafka.missing}`, () => {});
else {
  describe('they ask for nothing that Apache Kafka does not do', () => {
    it.for(otherClients)('$name', {timeout: patience}, ({judge}, context) =>
      held(judge, kafka.bootstrap, context),
    );
  });
}

async function held(make: () => Judge, bootstrap: string, context: TestContext): Promise<void> {
  const judge = make();
  if ('reason' in judge) {
    console.error(`skipped: ${judge.reason}`);
    return context.skip(judge.reason);
  }
  const args = [...judge.before, bootstrap, ...judge.after];
  const {code, stdout, stderr} = await endOf(judge.command, args, {timeout: 120_000});
  const lines = stdout.toString().trim().split('\n');
  expect([lines.at(-1), code], stderr).toEqual(['done', 0]);
}
