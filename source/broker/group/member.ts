import type {ErrorName} from '../errors.ts';

export type Protocol = {readonly name: string; readonly metadata: Buffer};

export type JoinRequest = {
  /** Empty for one that has no id yet. */
  readonly memberId: string;
  /** The name of a static member (KIP-345), which may come back under a new id. */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** ms */
  readonly sessionTimeout: number;
  readonly rebalanceTimeout: number;
  readonly protocolType: string;
  readonly protocols: readonly Protocol[];
  /** A new member is only told its id, and joins with it (KIP-394). */
  readonly needsKnownId: boolean;
  /** A leader that comes back can be told not to assign anew (KIP-814). */
  readonly canSkipAssignment: boolean;
};

export type JoinAnswer = {
  readonly error: ErrorName;
  readonly memberId: string;
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  /** For the leader only. */
  readonly members: readonly {memberId: string; instanceId: string | null; metadata: Buffer}[];
};

export type SyncRequest = {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generation: number;
  /** Null where the version does not say them. */
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly assignments: readonly {memberId: string; assignment: Buffer}[];
};

export type SyncAnswer = {
  readonly error: ErrorName;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly assignment: Buffer;
};

export const noAssignment = Buffer.alloc(0);

/** One consumer in a group, as the coordinator sees it. */
export class Member {
  readonly id: string;
  readonly instanceId: string | null;
  clientId = '';
  clientHost = '';
  sessionTimeout = 0;
  rebalanceTimeout = 0;
  protocols: readonly Protocol[] = [];
  assignment: Buffer = noAssignment;
  /** Parked until the rebalance is over. */
  joining: ((answer: JoinAnswer) => void) | null = null;
  /** Parked until the leader has assigned. */
  syncing: ((answer: SyncAnswer) => void) | null = null;
  endSession: () => void = () => {};

  constructor(id: string, request: JoinRequest) {
    this.id = id;
    this.instanceId = request.instanceId;
    this.update(request);
  }

  update(request: JoinRequest): void {
    this.clientId = request.clientId;
    this.clientHost = request.clientHost;
    this.sessionTimeout = request.sessionTimeout;
    this.rebalanceTimeout = request.rebalanceTimeout;
    // Copies: what came in one request would otherwise keep all of it.
    this.protocols = request.protocols.map(each => ({name: each.name, metadata: Buffer.from(each.metadata)}));
  }

  supports(protocol: string): boolean {
    return this.protocols.some(each => each.name === protocol);
  }

  metadata(protocol: string | null): Buffer {
    return this.protocols.find(each => each.name === protocol)?.metadata ?? noAssignment;
  }

  hasSame(protocols: readonly Protocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every((each, index) => {
        const own = this.protocols[index]!;
        return own.name === each.name && own.metadata.equals(each.metadata);
      })
    );
  }
}
