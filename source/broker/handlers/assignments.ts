import {Refusal} from '../errors.ts';
import {nodeId} from './handler.ts';

const wrong = (message: string) => new Refusal('INVALID_REPLICA_ASSIGNMENT', message);

/** Refuses an assignment for the partitions of a new topic that Kafka refuses, in its words. */
export function checkNewAssignments(
  assignments: readonly {readonly partitionIndex: number; readonly brokerIds: readonly number[]}[],
): void {
  const seen = new Set<number>();
  for (const {partitionIndex, brokerIds} of assignments) {
    if (seen.has(partitionIndex)) {
      throw wrong(`Found multiple manual partition assignments for partition ${partitionIndex}`);
    }
    seen.add(partitionIndex);
    checkBrokers(brokerIds);
  }
  if (assignments.some((_, index) => !seen.has(index))) {
    throw wrong('partitions should be a consecutive 0-based integer sequence');
  }
}

/** The same for partitions that are added: one assignment for each. */
export function checkMoreAssignments(
  assignments: readonly {readonly brokerIds: readonly number[]}[],
  more: number,
): void {
  if (assignments.length !== more) {
    throw wrong(
      `Attempted to add ${more} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
    );
  }
  for (const {brokerIds} of assignments) checkBrokers(brokerIds);
}

function checkBrokers(brokerIds: readonly number[]): void {
  if (brokerIds.length === 0) throw wrong('The manual partition assignment includes an empty replica list.');
  const stranger = [...brokerIds].sort((left, right) => left - right).find(id => id !== nodeId);
  if (stranger !== undefined) {
    throw wrong(
      `The manual partition assignment includes broker ${stranger}, but no such broker is registered.`,
    );
  }
  if (brokerIds.length > 1) {
    throw wrong(`The manual partition assignment includes the broker ${nodeId} more than once.`);
  }
}
