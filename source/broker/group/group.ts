import {randomUUID} from 'node:crypto';
import type {Clock} from '../clock.ts';
import type {ErrorName} from '../errors.ts';
import {refusedJoin, refusedSync} from './answers.ts';
import {
  type JoinAnswer,
  type JoinRequest,
  Member,
  noAssignment,
  type SyncAnswer,
  type SyncRequest,
} from './member.ts';
import {Roster} from './roster.ts';

/**
 * Empty: nobody there; preparing: waiting for everybody to join; completing: waiting for the leader's assignment; stable:
 * everybody works; dead: deleted.
 */
export type GroupState = 'empty' | 'preparing' | 'completing' | 'stable' | 'dead';

export type GroupOptions = {
  readonly clock: Clock;
  /** How long an empty group waits for more members before its first assignment, in ms. */
  readonly initialDelay: number;
  readonly memberLimit: number;
};

/**
 * The classic group protocol: members join, one of them assigns, all learn their share; whoever is silent for longer than
 * its session is put out, and the others join anew. A state machine without I/O: time comes from its clock, and what has
 * to wait is answered through the callback it came with.
 */
export class Group {
  readonly id: string;
  readonly #options: GroupOptions;
  readonly #roster: Roster;
  #state: GroupState = 'empty';
  #generation = 0;
  #protocolType: string | null = null;
  #protocol: string | null = null;
  /** In an empty group's initial delay even a full house waits. */
  #delayed = false;
  #endPhase: () => void = () => {};

  constructor(id: string, options: GroupOptions) {
    this.id = id;
    this.#options = options;
    this.#roster = new Roster(options.clock);
  }

  get state(): GroupState {
    return this.#state;
  }

  get generation(): number {
    return this.#generation;
  }

  get protocolType(): string | null {
    return this.#protocolType;
  }

  get protocol(): string | null {
    return this.#protocol;
  }

  get leader(): string | null {
    return this.#roster.leader;
  }

  get members(): readonly Member[] {
    return this.#roster.members;
  }

  join(request: JoinRequest, reply: (answer: JoinAnswer) => void): void {
    const answer = this.#join(request, reply);
    if (answer) reply(answer);
  }

  sync(request: SyncRequest, reply: (answer: SyncAnswer) => void): void {
    const answer = this.#sync(request, reply);
    if (answer) reply(answer);
  }

  heartbeat(memberId: string, instanceId: string | null, generation: number): ErrorName {
    const wrong = this.#check(memberId, instanceId, generation);
    if (wrong) return wrong;
    this.#restartSession(this.#roster.get(memberId)!);
    return this.#state === 'preparing' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
  }

  leave(memberId: string, instanceId: string | null): ErrorName {
    if (this.#state === 'dead') return 'UNKNOWN_MEMBER_ID';
    if (this.#roster.expects(memberId)) {
      this.#roster.forget(memberId);
      this.#completeIfAllJoined();
      return 'NONE';
    }
    const member =
      memberId === '' && instanceId !== null
        ? this.#roster.withInstance(instanceId)
        : this.#roster.get(memberId);
    if (instanceId !== null) {
      const named = this.#roster.withInstance(instanceId);
      if (!named) return 'UNKNOWN_MEMBER_ID';
      if (named !== member) return 'FENCED_INSTANCE_ID';
    }
    if (!member) return 'UNKNOWN_MEMBER_ID';
    this.#remove(member);
    return 'NONE';
  }

  /** Whether this one may commit now. A commit is a sign of life too. */
  mayCommit(memberId: string, instanceId: string | null, generation: number): ErrorName {
    // Tools commit from outside, to a group in which nobody works.
    if (generation < 0 && memberId === '' && this.#state === 'empty') return 'NONE';
    const wrong = this.#check(memberId, instanceId, generation);
    if (wrong) return wrong;
    if (this.#state === 'completing') return 'REBALANCE_IN_PROGRESS';
    this.#restartSession(this.#roster.get(memberId)!);
    return 'NONE';
  }

  /** With a transaction one may commit also in a rebalance, and from outside also to a group in which somebody works. */
  mayCommitInTransaction(memberId: string, instanceId: string | null, generation: number): ErrorName {
    if (generation < 0 && this.#state === 'empty') return 'NONE';
    if (generation < 0 && memberId === '' && instanceId === null) return 'NONE';
    return this.#check(memberId, instanceId, generation) ?? 'NONE';
  }

  /** The end: timers stop, whoever waits is told. */
  close(): void {
    this.#state = 'dead';
    this.#endPhase();
    for (const member of this.members) {
      member.joining?.(refusedJoin('COORDINATOR_NOT_AVAILABLE', member.id));
      member.syncing?.(refusedSync('COORDINATOR_NOT_AVAILABLE'));
      member.joining = null;
      member.syncing = null;
    }
    this.#roster.clear();
  }

  #accepts({protocolType, protocols}: JoinRequest): boolean {
    if (protocolType === '' || protocols.length === 0) return false;
    if (this.#roster.isEmpty) return true;
    if (protocolType !== this.#protocolType) return false;
    return this.#roster.canAgree(protocols);
  }

  #check(memberId: string, instanceId: string | null, generation: number): ErrorName | null {
    const wrong = this.#roster.refusal(memberId, instanceId);
    if (wrong) return wrong;
    return generation === this.#generation ? null : 'ILLEGAL_GENERATION';
  }

  /** The answer, or null when it has to wait. */
  #join(request: JoinRequest, reply: (answer: JoinAnswer) => void): JoinAnswer | null {
    const {memberId, instanceId} = request;
    if (this.#state === 'dead') return refusedJoin('UNKNOWN_MEMBER_ID', memberId);
    if (!this.#accepts(request)) return refusedJoin('INCONSISTENT_GROUP_PROTOCOL', memberId);
    if (memberId !== '') return this.#joinKnown(request, reply);
    const id = `${instanceId ?? request.clientId}-${randomUUID()}`;
    const before = instanceId === null ? undefined : this.#roster.withInstance(instanceId);
    if (before) return this.#replaceStatic(before, id, request, reply);
    if (this.#roster.taken >= this.#options.memberLimit) {
      return refusedJoin('GROUP_MAX_SIZE_REACHED', memberId);
    }
    if (instanceId === null && request.needsKnownId) {
      this.#roster.expect(id, request.sessionTimeout, () => this.#completeIfAllJoined());
      return refusedJoin('MEMBER_ID_REQUIRED', id);
    }
    this.#add(id, request, reply);
    return null;
  }

  #joinKnown(request: JoinRequest, reply: (answer: JoinAnswer) => void): JoinAnswer | null {
    const {memberId, instanceId} = request;
    if (this.#roster.expects(memberId)) {
      this.#add(memberId, request, reply);
      return null;
    }
    const wrong = this.#roster.refusal(memberId, instanceId);
    if (wrong) return refusedJoin(wrong, memberId);
    const member = this.#roster.get(memberId)!;
    const news = !member.hasSame(request.protocols);
    if (
      (this.#state === 'completing' && !news) ||
      (this.#state === 'stable' && !news && memberId !== this.#roster.leader)
    ) {
      // Its answer got lost on the way: nothing changes.
      this.#restartSession(member);
      return this.#joinAnswer(member);
    }
    member.update(request);
    this.#park(member, reply);
    return null;
  }

  #add(id: string, request: JoinRequest, reply: (answer: JoinAnswer) => void): void {
    const member = new Member(id, request);
    this.#roster.add(member);
    this.#protocolType = request.protocolType;
    this.#park(member, reply);
  }

  /** A static member came back under a new id: its place is kept, and so is the assignment if the protocol is the same. */
  #replaceStatic(
    before: Member,
    id: string,
    request: JoinRequest,
    reply: (answer: JoinAnswer) => void,
  ): JoinAnswer | null {
    before.endSession();
    before.joining?.(refusedJoin('FENCED_INSTANCE_ID', before.id));
    before.syncing?.(refusedSync('FENCED_INSTANCE_ID'));
    const member = new Member(id, request);
    member.assignment = before.assignment;
    const led = this.#roster.leader === before.id;
    this.#roster.replace(before, member);
    if (this.#state !== 'stable' || this.#roster.vote() !== this.#protocol) {
      this.#park(member, reply);
      return null;
    }
    this.#restartSession(member);
    const answer = this.#joinAnswer(member);
    if (led && request.canSkipAssignment) return {...answer, skipAssignment: true};
    // A client that cannot skip must not take itself for the leader: nobody waits for an assignment.
    return {...answer, leader: led ? before.id : answer.leader, members: []};
  }

  #park(member: Member, reply: (answer: JoinAnswer) => void): void {
    member.joining?.(refusedJoin('REBALANCE_IN_PROGRESS', member.id));
    member.joining = reply;
    member.endSession();
    if (this.#state === 'preparing') this.#completeIfAllJoined();
    else this.#prepare();
  }

  #prepare(): void {
    for (const member of this.members) {
      if (!member.syncing) continue;
      member.syncing(refusedSync('REBALANCE_IN_PROGRESS'));
      member.syncing = null;
      this.#restartSession(member);
    }
    const {initialDelay} = this.#options;
    this.#delayed = this.#state === 'empty' && initialDelay > 0;
    this.#enter('preparing', this.#delayed ? initialDelay : this.#roster.longestRebalance(), () =>
      this.#complete(),
    );
    this.#completeIfAllJoined();
  }

  #completeIfAllJoined(): void {
    if (this.#state !== 'preparing' || this.#delayed || this.#roster.expectsSomebody) return;
    if (this.members.every(member => member.joining !== null)) this.#complete();
  }

  /** The join phase is over: who did not come is out (a static member stays until its session ends). */
  #complete(): void {
    this.#delayed = false;
    for (const member of this.members) {
      if (member.joining || member.instanceId !== null) continue;
      this.#roster.remove(member);
    }
    const joined = this.members.filter(member => member.joining);
    if (joined.length === 0 && !this.#roster.isEmpty) {
      this.#enter('preparing', this.#roster.longestRebalance(), () => this.#complete());
      return;
    }
    this.#generation++;
    if (joined.length === 0) {
      this.#protocol = null;
      this.#enter('empty');
      return;
    }
    this.#roster.leadAmong(joined);
    this.#protocol = this.#roster.vote();
    const generation = this.#generation;
    this.#enter('completing', this.#roster.longestRebalance(), () => this.#removeUnsynced(generation));
    for (const member of this.members) {
      member.assignment = noAssignment;
      const reply = member.joining;
      if (!reply) continue;
      member.joining = null;
      this.#restartSession(member);
      reply(this.#joinAnswer(member));
    }
  }

  #sync(request: SyncRequest, reply: (answer: SyncAnswer) => void): SyncAnswer | null {
    const wrong = this.#check(request.memberId, request.instanceId, request.generation);
    if (wrong) return refusedSync(wrong);
    if (
      (request.protocolType !== null && request.protocolType !== this.#protocolType) ||
      (request.protocol !== null && request.protocol !== this.#protocol)
    ) {
      return refusedSync('INCONSISTENT_GROUP_PROTOCOL');
    }
    const member = this.#roster.get(request.memberId)!;
    if (this.#state === 'preparing') return refusedSync('REBALANCE_IN_PROGRESS');
    if (this.#state === 'stable') {
      this.#restartSession(member);
      return this.#syncAnswer(member);
    }
    member.syncing?.(refusedSync('REBALANCE_IN_PROGRESS'));
    member.syncing = reply;
    member.endSession();
    if (member.id === this.#roster.leader) this.#assign(request);
    return null;
  }

  #assign(request: SyncRequest): void {
    const shares = new Map(request.assignments.map(each => [each.memberId, each.assignment]));
    this.#enter('stable');
    for (const member of this.members) {
      member.assignment = Buffer.from(shares.get(member.id) ?? noAssignment);
      const reply = member.syncing;
      if (!reply) continue;
      member.syncing = null;
      this.#restartSession(member);
      reply(this.#syncAnswer(member));
    }
  }

  /** Who joined and then never asked for its share holds up all others. */
  #removeUnsynced(generation: number): void {
    for (const member of this.members) {
      if (this.#generation !== generation || this.#state !== 'completing') return;
      if (!member.syncing) this.#remove(member);
    }
  }

  #remove(member: Member): void {
    this.#roster.remove(member);
    member.joining?.(refusedJoin('UNKNOWN_MEMBER_ID', member.id));
    member.syncing?.(refusedSync('UNKNOWN_MEMBER_ID'));
    if (this.#state === 'preparing') this.#completeIfAllJoined();
    else if (this.#state !== 'empty') this.#prepare();
  }

  /** Nobody's session ends while it is the coordinator that keeps it waiting. */
  #restartSession(member: Member): void {
    member.endSession();
    member.endSession = this.#options.clock.after(member.sessionTimeout, () => {
      if (this.#roster.get(member.id) === member && !member.joining && !member.syncing) this.#remove(member);
    });
  }

  #enter(state: GroupState, within?: number, otherwise?: () => void): void {
    this.#endPhase();
    this.#state = state;
    this.#endPhase = otherwise ? this.#options.clock.after(within!, otherwise) : () => {};
  }

  #joinAnswer(member: Member): JoinAnswer {
    const leads = member.id === this.#roster.leader;
    return {
      error: 'NONE',
      memberId: member.id,
      generation: this.#generation,
      protocolType: this.#protocolType,
      protocol: this.#protocol,
      leader: this.#roster.leader ?? '',
      skipAssignment: false,
      members: leads
        ? this.members.map(each => ({
            memberId: each.id,
            instanceId: each.instanceId,
            metadata: each.metadata(this.#protocol),
          }))
        : [],
    };
  }

  #syncAnswer(member: Member): SyncAnswer {
    return {
      error: 'NONE',
      protocolType: this.#protocolType,
      protocol: this.#protocol,
      assignment: member.assignment,
    };
  }
}
