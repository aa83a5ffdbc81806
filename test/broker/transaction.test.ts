import {describe, expect, it} from 'vitest';
import {Memory} from '../../source/broker/log/memory.ts';
import {type Ending, Transaction} from '../../source/broker/transactions/transaction.ts';
import {Transactions} from '../../source/broker/transactions/transactions.ts';
import {ManualClock} from './support/manual-clock.ts';

const partition = (number: number) => ({topic: 't', partition: number});

function surroundings() {
  const clock = new ManualClock();
  const endings: Ending[] = [];
  const memory = new Memory(10_000);
  let id = 1000n;
  return {
    clock,
    endings,
    memory,
    nextProducerId: () => id++,
    finish: (ending: Ending) => endings.push(ending),
  };
}

function newTransaction() {
  const around = surroundings();
  const transaction = new Transaction('id', around);
  const start = (timeout = 1000) => transaction.initialize(timeout, null).producer;
  return {...around, transaction, start};
}

describe('a transaction', () => {
  it('is decided once, with all that it holds, and gives its memory back', () => {
    const {transaction, start, endings, memory} = newTransaction();
    const producer = start();
    expect(transaction.addPartitions(producer, [partition(0), partition(1)])).toBe('NONE');
    expect(transaction.addPartitions(producer, [partition(1)])).toBe('NONE');
    expect(transaction.addGroup(producer, 'g')).toBe('NONE');
    expect(transaction.addGroup(producer, 'g')).toBe('NONE');
    expect(memory.used).toBeGreaterThan(0);
    expect(transaction.end(producer, true)).toBe('NONE');
    expect(endings).toEqual([
      {producer, isCommitted: true, partitions: [partition(0), partition(1)], groups: ['g']},
    ]);
    expect(memory.used).toBe(0);
    expect(transaction.end(producer, true)).toBe('NONE');
    expect(transaction.end(producer, false)).toBe('INVALID_TXN_STATE');
    expect(endings).toHaveLength(1);
  });

  it('is aborted when its time is up, not before, and its markers put its producer out', () => {
    const {transaction, start, endings, clock} = newTransaction();
    const producer = start(1000);
    clock.pass(5000);
    transaction.addPartitions(producer, [partition(0)]);
    clock.pass(999);
    expect(transaction.state).toBe('ongoing');
    clock.pass(1);
    expect(transaction.state).toBe('aborted');
    expect(endings).toMatchObject([{isCommitted: false, producer: {epoch: producer.epoch + 1}}]);
    expect(transaction.end(producer, true)).toBe('PRODUCER_FENCED');
    // One that ended in time is left alone.
    const next = start(1000);
    transaction.addPartitions(next, [partition(0)]);
    transaction.end(next, true);
    clock.pass(5000);
    expect(transaction.state).toBe('committed');
  });

  it('keeps another one that asks again out of what its producer has open', () => {
    const {transaction, start, endings} = newTransaction();
    const first = start();
    const {producer: second} = transaction.initialize(1000, first);
    transaction.addPartitions(second, [partition(0)]);
    expect(transaction.initialize(1000, first).error).toBe('PRODUCER_FENCED');
    expect([transaction.state, endings]).toEqual(['ongoing', []]);
  });

  it('goes on under a new producer id before the epochs are used up, whatever is done with the last ones', () => {
    for (const goOn of [false, true]) {
      const {transaction, start, endings} = newTransaction();
      let producer = start();
      const first = producer.id;
      const epochs: number[] = [];
      while (producer.id === first) {
        transaction.addPartitions(producer, [partition(0)]);
        ({producer} = transaction.initialize(1000, goOn ? producer : null));
        epochs.push(producer.epoch);
      }
      expect(producer).toEqual({id: first + 1n, epoch: 0});
      const written = [...epochs, ...endings.map(ending => ending.producer.epoch)];
      // An epoch has 16 bits on the wire.
      expect(written.reduce((most, epoch) => Math.max(most, epoch))).toBeLessThanOrEqual(32_767);
      transaction.addPartitions(producer, [partition(0)]);
      expect(transaction.end(producer, true)).toBe('NONE');
    }
  });

  it('holds no more than it may, and what is refused leaves it as it was', () => {
    const {transaction, start, memory} = newTransaction();
    const producer = start();
    const many = Array.from({length: 1000}, (_, index) => partition(index));
    expect(transaction.addPartitions(producer, many)).toBe('POLICY_VIOLATION');
    expect([transaction.state, memory.used]).toEqual(['empty', 0]);
    expect(transaction.addPartitions(producer, many.slice(0, 30))).toBe('NONE');
    expect(transaction.addGroup(producer, 'g'.repeat(5000))).toBe('POLICY_VIOLATION');
    expect(transaction.addGroup(producer, 'g')).toBe('NONE');
    transaction.close();
    expect(memory.used).toBe(0);
  });
});

describe('all transactional ids', () => {
  it('are no more than they may be: the one unused for longest goes, one at work never', () => {
    const around = surroundings();
    const transactions = new Transactions({transactionalIds: 3, transactionBytes: 10_000}, around);
    const start = (id: string) => transactions.initialize(id, 1000, null).producer;
    const begin = (id: string) => {
      const producer = start(id);
      transactions.get(id)!.addPartitions(producer, [partition(0)]);
    };
    begin('a');
    start('b');
    start('c');
    start('b');
    start('d');
    expect(transactions.all().map(({id}) => id)).toEqual(['a', 'b', 'd']);
    begin('b');
    begin('d');
    expect(() => start('e')).toThrow('More than 3 transactional ids');
    around.clock.pass(1000);
    expect(start('e').epoch).toBe(0);
    expect(transactions.all()).toHaveLength(3);
  });
});
