/** What the broker takes before it refuses; each can be set. Bytes where nothing else is said. */
export type Limits = {
  /** One request; a connection that announces a larger one is closed, as Kafka does. */
  readonly frame: number;
  /** Requests of all connections that have come in part; the connection that would go over it is closed. */
  readonly incoming: number;
  /** Record batches of all topics; a publish beyond is refused with POLICY_VIOLATION. */
  readonly retained: number;
  /** At once; the next one is closed, unless another one that asks nothing can make room for it. */
  readonly connections: number;
  /** The same for one address of a client. */
  readonly connectionsPerAddress: number;
  /** ms in which the first request of a connection has to have come whole; else it is closed. */
  readonly firstRequest: number;
  /** Of all topics; more are refused with POLICY_VIOLATION. */
  readonly partitions: number;
  /** More are refused with COORDINATOR_NOT_AVAILABLE. */
  readonly groups: number;
  /** Members of one group; the next is refused with GROUP_MAX_SIZE_REACHED. */
  readonly members: number;
  /** What all groups keep of subscriptions, assignments and commits; refused with GROUP_MAX_SIZE_REACHED. */
  readonly groupBytes: number;
  /** What all partitions remember of idempotent producers; a publish beyond is refused with POLICY_VIOLATION. */
  readonly producerBytes: number;
  /** The one unused for longest is forgotten for a new one; refused with COORDINATOR_NOT_AVAILABLE where all are at work. */
  readonly transactionalIds: number;
  /** What open transactions keep of their partitions and groups; refused with POLICY_VIOLATION. */
  readonly transactionBytes: number;
};

const mebibyte = 1024 * 1024;

export const defaultLimits: Limits = {
  frame: 100 * mebibyte,
  incoming: 256 * mebibyte,
  retained: 256 * mebibyte,
  connections: 1024,
  connectionsPerAddress: 256,
  firstRequest: 10_000,
  partitions: 10_000,
  groups: 1000,
  members: 250,
  groupBytes: 64 * mebibyte,
  producerBytes: 32 * mebibyte,
  transactionalIds: 1000,
  transactionBytes: 16 * mebibyte,
};
