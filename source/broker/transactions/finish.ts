import type {Groups} from '../group/groups.ts';
import type {Topics} from '../topics.ts';
import type {Ending} from './transaction.ts';

/** Writes a decided transaction's markers, and keeps or drops the offsets that groups were to have with it. */
export function finishIn(topics: Topics, groups: Groups): (ending: Ending) => void {
  return ({producer, isCommitted, partitions, groups: ids}) => {
    for (const id of ids) groups.offsets(id)?.decide(producer.id, isCommitted);
    for (const {topic, partition} of partitions) {
      // A topic can be gone by now, and what it held of the transaction with it.
      topics.partition(topic, partition)?.decide(producer.id, producer.epoch, isCommitted);
    }
  };
}
