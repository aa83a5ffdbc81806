/** Kafka's numbers of what may be done, as far as a group, a topic or the cluster knows it. */
const operation = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
} as const;

const {read, write, create, alter, describe, clusterAction, describeConfigs, alterConfigs, idempotentWrite} =
  operation;

/** What everybody may do here, where asked for: a bit for each operation, as Kafka answers without access control. */
export const allowed = {
  cluster: bits(create, alter, describe, clusterAction, describeConfigs, alterConfigs, idempotentWrite),
  topic: bits(read, write, create, operation.delete, alter, describe, describeConfigs, alterConfigs),
  group: bits(read, operation.delete, describe, describeConfigs, alterConfigs),
} as const;

function bits(...operations: readonly number[]): number {
  return operations.reduce((sum, each) => sum | (1 << each), 0);
}
