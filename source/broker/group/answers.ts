import type {ErrorName} from '../errors.ts';
import {type JoinAnswer, noAssignment, type SyncAnswer} from './member.ts';

export function refusedJoin(error: ErrorName, memberId: string): JoinAnswer {
  return {
    error,
    memberId,
    generation: -1,
    protocolType: null,
    protocol: null,
    leader: '',
    skipAssignment: false,
    members: [],
  };
}

export function refusedSync(error: ErrorName): SyncAnswer {
  return {error, protocolType: null, protocol: null, assignment: noAssignment};
}
