import type {Kafka} from 'kafkajs';
import type {DrillGroup} from './group.ts';
import type {Outages} from './outages.ts';
import type {BrokerEvent, DrillEvent, MemberEvent, MembersPlan, PartitionsEvent} from './plan.ts';

const partitionsDeadline = 90_000;

/** Lets the plan's events happen at their times. Resolves when the time is over and nothing is under way any more. */
export async function perform(
  plan: MembersPlan,
  groups: readonly DrillGroup[],
  outages: Outages,
  kafka: Kafka,
): Promise<void> {
  const began = Date.now();
  const underWay: Promise<void>[] = [];
  // One outage after the other: a broker that is slow to come back is not stopped meanwhile.
  let broker: Promise<void> = Promise.resolve();
  for (const event of plan.events) {
    await new Promise(resolve => setTimeout(resolve, began + event.at - Date.now()));
    underWay.push(begin(event));
  }
  await new Promise(resolve => setTimeout(resolve, began + plan.ms - Date.now()));
  await Promise.all(underWay);

  function begin(event: DrillEvent): Promise<void> {
    switch (event.kind) {
      case 'stop-broker':
      case 'refuse':
      case 'cut':
        broker = broker.then(() => toBroker(event, outages));
        return broker;
      case 'partitions':
        return addPartitions(event, groups[event.group]!, kafka);
      default:
        return toMember(event, groups[event.group]!);
    }
  }
}

async function toMember({kind, slot}: MemberEvent, group: DrillGroup): Promise<void> {
  switch (kind) {
    case 'add':
      await group.add(slot);
      return;
    case 'stop':
      await group.stop(slot);
      return;
    case 'kill':
      group.kill(slot);
      return;
    case 'freeze':
      group.freeze(slot);
      return;
    case 'thaw':
      group.thaw(slot);
  }
}

async function toBroker(event: BrokerEvent, outages: Outages): Promise<void> {
  switch (event.kind) {
    case 'stop-broker':
      await outages.stopBroker(event.ms);
      return;
    case 'refuse':
      await outages.refuse(event.ms);
      return;
    case 'cut':
      outages.cut();
  }
}

/** The broker may be away just now: asked again until it has them. */
async function addPartitions({to}: PartitionsEvent, group: DrillGroup, kafka: Kafka): Promise<void> {
  const end = Date.now() + partitionsDeadline;
  for (;;) {
    const admin = kafka.admin();
    try {
      await admin.connect();
      const {topics} = await admin.fetchTopicMetadata({topics: [group.topic]});
      if (topics[0]!.partitions.length < to) {
        await admin.createPartitions({topicPartitions: [{topic: group.topic, count: to}]});
      }
      group.grew(to);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise(resolve => setTimeout(resolve, 500));
    } finally {
      await admin.disconnect().catch(() => {});
    }
  }
}
