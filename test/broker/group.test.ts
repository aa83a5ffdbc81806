import {beforeEach, describe, expect, it} from 'vitest';
import {Group} from '../../source/broker/group/group.ts';
import type {JoinAnswer, JoinRequest, SyncAnswer} from '../../source/broker/group/member.ts';
import {ManualClock} from './support/manual-clock.ts';

const sessionTimeout = 10_000;
const rebalanceTimeout = 30_000;

describe('a consumer group', () => {
  let clock: ManualClock;
  let group: Group;
  beforeEach(() => {
    clock = new ManualClock();
    group = new Group('g', {clock, initialDelay: 0, memberLimit: 3});
  });

  function join(more: Partial<JoinRequest> = {}): {answer: JoinAnswer | null} {
    const result: {answer: JoinAnswer | null} = {answer: null};
    group.join(
      {
        memberId: '',
        instanceId: null,
        clientId: 'c',
        clientHost: 'h',
        sessionTimeout,
        rebalanceTimeout,
        protocolType: 'consumer',
        protocols: [{name: 'range', metadata: Buffer.from('m')}],
        needsKnownId: false,
        canSkipAssignment: false,
        ...more,
      },
      answer => {
        result.answer = answer;
      },
    );
    return result;
  }

  function sync(joined: JoinAnswer, shares: Record<string, string> = {}): {answer: SyncAnswer | null} {
    const result: {answer: SyncAnswer | null} = {answer: null};
    group.sync(
      {
        memberId: joined.memberId,
        instanceId: null,
        generation: joined.generation,
        protocolType: null,
        protocol: null,
        assignments: Object.entries(shares).map(([memberId, share]) => ({
          memberId,
          assignment: Buffer.from(share),
        })),
      },
      answer => {
        result.answer = answer;
      },
    );
    return result;
  }

  /** One member, at work. */
  function alone(more: Partial<JoinRequest> = {}): JoinAnswer {
    const {answer} = join(more);
    sync(answer!, {[answer!.memberId]: 'all'});
    return answer!;
  }

  /** Two members, at work. */
  function pair(): [JoinAnswer, JoinAnswer] {
    const first = alone();
    const newcomer = join();
    const again = join({memberId: first.memberId});
    sync(newcomer.answer!);
    sync(again.answer!, {[first.memberId]: 'a', [newcomer.answer!.memberId]: 'b'});
    return [again.answer!, newcomer.answer!];
  }

  it('gives the first member the lead at once, and its own assignment', () => {
    const {answer} = join();
    expect(answer).toMatchObject({error: 'NONE', generation: 1, protocol: 'range', leader: answer!.memberId});
    expect(answer!.members).toHaveLength(1);
    expect(sync(answer!, {[answer!.memberId]: 'all'}).answer!.assignment.toString()).toBe('all');
    expect(group.state).toBe('stable');
  });

  it('tells a newcomer its id first, and waits for it no longer than its session', () => {
    const {answer} = join({needsKnownId: true});
    expect(answer!.error).toBe('MEMBER_ID_REQUIRED');
    expect(group.members).toHaveLength(0);
    clock.pass(sessionTimeout);
    expect(join({memberId: answer!.memberId}).answer!.error).toBe('UNKNOWN_MEMBER_ID');
  });

  it('holds the newcomer until the others have come too, and the followers until the leader has assigned', () => {
    const first = alone();
    const newcomer = join();
    expect(newcomer.answer).toBeNull();
    expect(group.heartbeat(first.memberId, null, first.generation)).toBe('REBALANCE_IN_PROGRESS');
    const again = join({memberId: first.memberId});
    expect(again.answer).toMatchObject({generation: 2, leader: first.memberId});
    expect(again.answer!.members).toHaveLength(2);
    expect(newcomer.answer!.members).toEqual([]);
    const follower = sync(newcomer.answer!);
    expect(follower.answer).toBeNull();
    sync(again.answer!, {[newcomer.answer!.memberId]: 'b'});
    expect(follower.answer!.assignment.toString()).toBe('b');
  });

  it('goes on without a member that does not join anew in time', () => {
    alone();
    const newcomer = join();
    clock.pass(sessionTimeout);
    expect(newcomer.answer).toMatchObject({error: 'NONE', leader: newcomer.answer!.memberId});
    expect(group.members).toHaveLength(1);
  });

  it('puts out who is silent for longer than its session, and tells the others', () => {
    const [first, second] = pair();
    clock.pass(sessionTimeout - 1);
    expect(group.heartbeat(first.memberId, null, first.generation)).toBe('NONE');
    clock.pass(1);
    expect(group.state).toBe('preparing');
    expect(group.heartbeat(second.memberId, null, second.generation)).toBe('UNKNOWN_MEMBER_ID');
    expect(join({memberId: first.memberId}).answer).toMatchObject({generation: 3});
  });

  it('a member that leaves hands over at once', () => {
    const [first, second] = pair();
    expect(group.leave(second.memberId, null)).toBe('NONE');
    expect(group.heartbeat(first.memberId, null, first.generation)).toBe('REBALANCE_IN_PROGRESS');
    expect(group.leave(first.memberId, null)).toBe('NONE');
    expect(group.state).toBe('empty');
  });

  it('chooses what all know, by the most votes', () => {
    const first = alone({protocols: protocols('a', 'b', 'c')});
    const newcomers = [join({protocols: protocols('c', 'b')}), join({protocols: protocols('c', 'b')})];
    join({memberId: first.memberId, protocols: protocols('a', 'b', 'c')});
    expect(newcomers.map(({answer}) => answer!.protocol)).toEqual(['c', 'c']);
    expect(join({protocols: protocols('x')}).answer!.error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });

  it('assigns anew when the leader asks, not when a follower repeats itself', () => {
    const [leader, follower] = pair();
    expect(join({memberId: follower.memberId}).answer).toMatchObject({generation: 2});
    expect(group.state).toBe('stable');
    expect(join({memberId: leader.memberId}).answer).toBeNull();
    expect(group.state).toBe('preparing');
  });

  it('a static member that comes back keeps its share, and its former self is fenced', () => {
    const first = alone({instanceId: 'i'});
    const back = join({instanceId: 'i'});
    expect(back.answer).toMatchObject({error: 'NONE', generation: first.generation, members: []});
    expect(back.answer!.memberId).not.toBe(first.memberId);
    expect(sync(back.answer!).answer!.assignment.toString()).toBe('all');
    expect(group.heartbeat(first.memberId, 'i', 1)).toBe('FENCED_INSTANCE_ID');
  });

  it('takes commits of this generation, and from outside only while nobody works', () => {
    expect(group.mayCommit('', null, -1)).toBe('NONE');
    const member = alone();
    expect(group.mayCommit('', null, -1)).toBe('UNKNOWN_MEMBER_ID');
    expect(group.mayCommit(member.memberId, null, member.generation - 1)).toBe('ILLEGAL_GENERATION');
    expect(group.mayCommit(member.memberId, null, member.generation)).toBe('NONE');
  });

  it('refuses more members than it may have', () => {
    join();
    join();
    join();
    expect(join().answer!.error).toBe('GROUP_MAX_SIZE_REACHED');
  });

  it('answers everybody who waits when it ends', () => {
    alone();
    const newcomer = join();
    group.close();
    expect(newcomer.answer!.error).toBe('COORDINATOR_NOT_AVAILABLE');
  });
});

const protocols = (...names: string[]) => names.map(name => ({name, metadata: Buffer.from(name)}));
