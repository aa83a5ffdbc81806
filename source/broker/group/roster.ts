import type {Clock} from '../clock.ts';
import type {ErrorName} from '../errors.ts';
import type {Member, Protocol} from './member.ts';

/** Who is in a group, who is about to join, who leads, and what they can agree on. */
export class Roster {
  readonly #clock: Clock;
  readonly #members = new Map<string, Member>();
  /** Ids given out that have not joined yet, with what ends their wait. */
  readonly #expected = new Map<string, () => void>();
  #leader: string | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In the order in which they came. */
  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  /** Places taken, by members and by those who are expected. */
  get taken(): number {
    return this.#members.size + this.#expected.size;
  }

  get leader(): string | null {
    return this.#leader;
  }

  get(id: string): Member | undefined {
    return this.#members.get(id);
  }

  withInstance(instanceId: string): Member | undefined {
    return this.members.find(member => member.instanceId === instanceId);
  }

  /** Why this is no member, or null when it is one. */
  refusal(id: string, instanceId: string | null): ErrorName | null {
    if (instanceId !== null) {
      const named = this.withInstance(instanceId);
      if (named && named.id !== id) return 'FENCED_INSTANCE_ID';
      if (!named) return 'UNKNOWN_MEMBER_ID';
    }
    return this.#members.has(id) ? null : 'UNKNOWN_MEMBER_ID';
  }

  /** The first one leads. */
  add(member: Member): void {
    this.forget(member.id);
    this.#members.set(member.id, member);
    this.#leader ??= member.id;
  }

  /** The new one has the old one's place, the lead too. */
  replace(before: Member, member: Member): void {
    this.#members.delete(before.id);
    this.#members.set(member.id, member);
    if (this.#leader === before.id) this.#leader = member.id;
  }

  /** Its session ends; where it led, the next one does. */
  remove(member: Member): void {
    member.endSession();
    this.#members.delete(member.id);
    if (this.#leader === member.id) this.#leader = this.#members.keys().next().value ?? null;
  }

  /** The lead goes to one of these, unless one of them has it. */
  leadAmong(members: readonly Member[]): void {
    if (!members.some(({id}) => id === this.#leader)) this.#leader = members[0]!.id;
  }

  /** Keeps a place for an id that was given out; `tooLate` is called when it does not join within so many ms. */
  expect(id: string, within: number, tooLate: () => void): void {
    const end = this.#clock.after(within, () => {
      this.#expected.delete(id);
      tooLate();
    });
    this.#expected.set(id, end);
  }

  expects(id: string): boolean {
    return this.#expected.has(id);
  }

  get expectsSomebody(): boolean {
    return this.#expected.size > 0;
  }

  forget(id: string): void {
    this.#expected.get(id)?.();
    this.#expected.delete(id);
  }

  clear(): void {
    for (const end of this.#expected.values()) end();
    this.#expected.clear();
    for (const member of this.#members.values()) member.endSession();
    this.#members.clear();
    this.#leader = null;
  }

  /** Whether one of the protocols is known to all members. */
  canAgree(protocols: readonly Protocol[]): boolean {
    return protocols.some(({name}) => this.members.every(member => member.supports(name)));
  }

  /** Each member votes for the first protocol of its own that all know. */
  vote(): string {
    const votes = new Map<string, number>();
    for (const member of this.#members.values()) {
      const choice = member.protocols.find(protocol => this.canAgree([protocol]));
      if (choice) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
    }
    const [first] = [...votes].sort((left, right) => right[1] - left[1]);
    return first?.[0] ?? '';
  }

  /** How long the slowest member may take for a rebalance, in ms. */
  longestRebalance(): number {
    return Math.max(0, ...this.members.map(member => member.rebalanceTimeout));
  }
}
