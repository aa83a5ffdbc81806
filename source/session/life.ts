import type {Delivery} from '../flow/delivery.ts';
import type {Attempt} from './attempts.ts';
import type {Step} from './offset-times.ts';
import type {Row} from './row.ts';
import type {Session} from './session.ts';

/** What is known of a message's way, from publishing to commit. Times are ms since 1970; null: not known here. */
export type Life = {
  /** By us; null: somebody else published it, or too long ago. */
  readonly published: {
    readonly deliveryId: number;
    readonly at: number;
    readonly acknowledgedAfterMs: number;
  } | null;
  readonly receivedAt: number;
  /** Attempts that ended, as far as they are kept; a success at the first leaves none. */
  readonly attempts: readonly Attempt[];
  readonly finalAt: number | null;
  /** `before`: the group had committed past it before it was processed (this time). */
  readonly committed: Step | 'before' | 'at-unknown-time' | null;
  /** ms from publishing (by us, else from receiving) to commit; null: it is not committed yet. */
  readonly totalMs: number | null;
};

/** Puts together what the row, the deliveries and the timeline know. Made only for what is drawn. */
export function lifeOf(row: Row, session: Session): Life {
  const {partition, offset, finalAt, attempts, arrivedAt} = row;
  const delivery = session.deliveryOf(partition, offset);
  const published = delivery && publishedBy(delivery);
  const committed = committedOf(row, session);
  const began = published?.at ?? arrivedAt;
  const ended = typeof committed === 'object' ? (committed?.at ?? null) : null;
  return {
    published,
    receivedAt: arrivedAt,
    attempts,
    finalAt,
    committed,
    totalMs: ended === null ? null : Math.max(0, ended - began),
  };
}

function publishedBy({id, sentAt, state}: Delivery): Life['published'] {
  return state.status === 'acknowledged'
    ? {deliveryId: id, at: sentAt, acknowledgedAfterMs: state.latencyMs}
    : null;
}

function committedOf(row: Row, session: Session): Life['committed'] {
  const {partition, offset, finalAt} = row;
  if (!session.isRowCommitted(row)) return null;
  const step = session.timeline.committed.past(partition, offset);
  if (!step) return 'at-unknown-time';
  return finalAt === null || step.at < finalAt ? 'before' : step;
}
