import {randomUUID} from 'node:crypto';
import type {Clock} from '../clock.ts';
import type {ErrorName} from '../errors.ts';
import {
  type JoinAnswer,
  type JoinRequest,
  Member,
  noAssignment,
  type SyncAnswer,
  type SyncRequest,
} from './member.ts';

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
  readonly #members = new Map<string, Member>();
  /** Ids given out that have not joined yet, with what ends their wait. */
  readonly #pending = new Map<string, () => void>();
  #state: GroupState = 'empty';
  #generation = 0;
  #protocolType: string | null = null;
  #protocol: string | null = null;
  #leader: string | null = null;
  /** In an empty group's initial delay even a full house waits. */
  #delayed = false;
  #endPhase: () => void = () => {};

  constructor(id: string, options: GroupOptions) {
    this.id = id;
    this.#options = options;
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
    return this.#leader;
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
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
    this.#restartSession(this.#members.get(memberId)!);
    return this.#state === 'preparing' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
  }

  leave(memberId: string, instanceId: string | null): ErrorName {
    if (this.#state === 'dead') return 'UNKNOWN_MEMBER_ID';
    if (this.#pending.has(memberId)) {
      this.#forget(memberId);
      this.#completeIfAllJoined();
      return 'NONE';
    }
    const member =
      memberId === '' && instanceId !== null ? this.#static(instanceId) : this.#members.get(memberId);
    if (instanceId !== null) {
      const named = this.#static(instanceId);
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
    this.#restartSession(this.#members.get(memberId)!);
    return 'NONE';
  }

  /** The end: timers stop, whoever waits is told. */
  close(): void {
    this.#state = 'dead';
    this.#endPhase();
    for (const end of this.#pending.values()) end();
    this.#pending.clear();
    for (const member of this.#members.values()) {
      member.endSession();
      member.joining?.(refusedJoin('COORDINATOR_NOT_AVAILABLE', member.id));
      member.syncing?.(refusedSync('COORDINATOR_NOT_AVAILABLE'));
      member.joining = null;
      member.syncing = null;
    }
    this.#members.clear();
  }

  #accepts({protocolType, protocols}: JoinRequest): boolean {
    if (protocolType === '' || protocols.length === 0) return false;
    if (this.#members.size === 0) return true;
    if (protocolType !== this.#protocolType) return false;
    return protocols.some(({name}) => this.members.every(member => member.supports(name)));
  }

  #static(instanceId: string): Member | undefined {
    return this.members.find(member => member.instanceId === instanceId);
  }

  #check(memberId: string, instanceId: string | null, generation: number): ErrorName | null {
    const wrong = this.#checkMember(memberId, instanceId);
    if (wrong) return wrong;
    return generation === this.#generation ? null : 'ILLEGAL_GENERATION';
  }

  #checkMember(memberId: string, instanceId: string | null): ErrorName | null {
    if (instanceId !== null) {
      const named = this.#static(instanceId);
      if (named && named.id !== memberId) return 'FENCED_INSTANCE_ID';
      if (!named) return 'UNKNOWN_MEMBER_ID';
    }
    return this.#members.has(memberId) ? null : 'UNKNOWN_MEMBER_ID';
  }

  /** The answer, or null when it has to wait. */
  #join(request: JoinRequest, reply: (answer: JoinAnswer) => void): JoinAnswer | null {
    const {memberId, instanceId} = request;
    if (this.#state === 'dead') return refusedJoin('UNKNOWN_MEMBER_ID', memberId);
    if (!this.#accepts(request)) return refusedJoin('INCONSISTENT_GROUP_PROTOCOL', memberId);
    if (memberId !== '') return this.#joinKnown(request, reply);
    const id = `${instanceId ?? request.clientId}-${randomUUID()}`;
    const before = instanceId === null ? undefined : this.#static(instanceId);
    if (before) return this.#replaceStatic(before, id, request, reply);
    if (this.#members.size + this.#pending.size >= this.#options.memberLimit) {
      return refusedJoin('GROUP_MAX_SIZE_REACHED', memberId);
    }
    if (instanceId === null && request.needsKnownId) {
      this.#await(id, request.sessionTimeout);
      return refusedJoin('MEMBER_ID_REQUIRED', id);
    }
    this.#add(id, request, reply);
    return null;
  }

  #joinKnown(request: JoinRequest, reply: (answer: JoinAnswer) => void): JoinAnswer | null {
    const {memberId, instanceId} = request;
    if (this.#pending.has(memberId)) {
      this.#add(memberId, request, reply);
      return null;
    }
    const wrong = this.#checkMember(memberId, instanceId);
    if (wrong) return refusedJoin(wrong, memberId);
    const member = this.#members.get(memberId)!;
    const news = !member.hasSame(request.protocols);
    if (
      (this.#state === 'completing' && !news) ||
      (this.#state === 'stable' && !news && memberId !== this.#leader)
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
    this.#forget(id);
    const member = new Member(id, request);
    this.#members.set(id, member);
    this.#leader ??= id;
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
    this.#members.delete(before.id);
    this.#members.set(id, member);
    const led = this.#leader === before.id;
    if (led) this.#leader = id;
    if (this.#state !== 'stable' || this.#vote() !== this.#protocol) {
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
    for (const member of this.#members.values()) {
      if (!member.syncing) continue;
      member.syncing(refusedSync('REBALANCE_IN_PROGRESS'));
      member.syncing = null;
      this.#restartSession(member);
    }
    const {initialDelay} = this.#options;
    this.#delayed = this.#state === 'empty' && initialDelay > 0;
    this.#enter('preparing', this.#delayed ? initialDelay : this.#longestRebalance(), () => this.#complete());
    this.#completeIfAllJoined();
  }

  #completeIfAllJoined(): void {
    if (this.#state !== 'preparing' || this.#delayed || this.#pending.size > 0) return;
    if (this.members.every(member => member.joining !== null)) this.#complete();
  }

  /** The join phase is over: who did not come is out (a static member stays until its session ends). */
  #complete(): void {
    this.#delayed = false;
    for (const member of this.members) {
      if (member.joining || member.instanceId !== null) continue;
      member.endSession();
      this.#members.delete(member.id);
    }
    const joined = this.members.filter(member => member.joining);
    if (joined.length === 0 && this.#members.size > 0) {
      this.#enter('preparing', this.#longestRebalance(), () => this.#complete());
      return;
    }
    this.#generation++;
    if (joined.length === 0) {
      this.#leader = null;
      this.#protocol = null;
      this.#enter('empty');
      return;
    }
    if (!joined.some(member => member.id === this.#leader)) this.#leader = joined[0]!.id;
    this.#protocol = this.#vote();
    const generation = this.#generation;
    this.#enter('completing', this.#longestRebalance(), () => this.#removeUnsynced(generation));
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
    const member = this.#members.get(request.memberId)!;
    if (this.#state === 'preparing') return refusedSync('REBALANCE_IN_PROGRESS');
    if (this.#state === 'stable') {
      this.#restartSession(member);
      return this.#syncAnswer(member);
    }
    member.syncing?.(refusedSync('REBALANCE_IN_PROGRESS'));
    member.syncing = reply;
    member.endSession();
    if (member.id === this.#leader) this.#assign(request);
    return null;
  }

  #assign(request: SyncRequest): void {
    const shares = new Map(request.assignments.map(each => [each.memberId, each.assignment]));
    this.#enter('stable');
    for (const member of this.#members.values()) {
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
    member.endSession();
    member.joining?.(refusedJoin('UNKNOWN_MEMBER_ID', member.id));
    member.syncing?.(refusedSync('UNKNOWN_MEMBER_ID'));
    this.#members.delete(member.id);
    if (this.#leader === member.id) this.#leader = this.#members.keys().next().value ?? null;
    if (this.#state === 'preparing') this.#completeIfAllJoined();
    else if (this.#state !== 'empty') this.#prepare();
  }

  #await(id: string, sessionTimeout: number): void {
    const end = this.#options.clock.after(sessionTimeout, () => {
      this.#pending.delete(id);
      this.#completeIfAllJoined();
    });
    this.#pending.set(id, end);
  }

  #forget(id: string): void {
    this.#pending.get(id)?.();
    this.#pending.delete(id);
  }

  /** Nobody's session ends while it is the coordinator that keeps it waiting. */
  #restartSession(member: Member): void {
    member.endSession();
    member.endSession = this.#options.clock.after(member.sessionTimeout, () => {
      if (this.#members.get(member.id) === member && !member.joining && !member.syncing) this.#remove(member);
    });
  }

  #enter(state: GroupState, within?: number, otherwise?: () => void): void {
    this.#endPhase();
    this.#state = state;
    this.#endPhase = otherwise ? this.#options.clock.after(within!, otherwise) : () => {};
  }

  #longestRebalance(): number {
    return Math.max(0, ...this.members.map(member => member.rebalanceTimeout));
  }

  /** Each member votes for the first protocol of its own that all know. */
  #vote(): string {
    const votes = new Map<string, number>();
    for (const member of this.#members.values()) {
      const choice = member.protocols.find(({name}) => this.members.every(each => each.supports(name)));
      if (choice) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
    }
    const [first] = [...votes].sort((left, right) => right[1] - left[1]);
    return first?.[0] ?? '';
  }

  #joinAnswer(member: Member): JoinAnswer {
    const leads = member.id === this.#leader;
    return {
      error: 'NONE',
      memberId: member.id,
      generation: this.#generation,
      protocolType: this.#protocolType,
      protocol: this.#protocol,
      leader: this.#leader ?? '',
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

function refusedJoin(error: ErrorName, memberId: string): JoinAnswer {
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

function refusedSync(error: ErrorName): SyncAnswer {
  return {error, protocolType: null, protocol: null, assignment: noAssignment};
}
