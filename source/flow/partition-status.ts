/** One partition as the cluster tells it. */
export type PartitionStatus = {
  readonly partition: number;
  /** null: no leader now. */
  readonly leader: number | null;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
  /** First retained and next offset; null while they cannot be asked for. */
  readonly first: bigint | null;
  readonly end: bigint | null;
};
