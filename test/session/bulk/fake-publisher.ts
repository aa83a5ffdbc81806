import type {Delivery, DeliveryState, Draft, Publisher} from '../../../source/flow/delivery.ts';

type Sent = {delivery: Delivery; readonly become: (state: DeliveryState) => void};

/** A publisher that sends nothing, and answers when it is told to. */
export class FakePublisher implements Pick<Publisher, 'publishAll'> {
  readonly sent: Sent[] = [];
  /** Answers at once, where it is set. */
  answer: ((draft: Draft, at: number) => DeliveryState) | null = null;

  get values(): string[] {
    return this.sent.map(({delivery}) => String(delivery.draft.value));
  }

  publishAll(
    drafts: readonly Draft[],
    changed: (delivery: Delivery) => void = () => {},
  ): Promise<Delivery[]> {
    const results = drafts.map(draft => {
      const id = this.sent.length + 1;
      return new Promise<Delivery>(resolve => {
        const sent: Sent = {
          delivery: {id, draft, sentAt: 0, state: {status: 'pending'}},
          become: state => {
            sent.delivery = {...sent.delivery, state};
            changed(sent.delivery);
            resolve(sent.delivery);
          },
        };
        this.sent.push(sent);
        changed(sent.delivery);
        const state = this.answer?.(draft, id - 1);
        if (state) void Promise.resolve().then(() => sent.become(state));
      });
    });
    return Promise.all(results);
  }
}

export const acknowledged = (offset: number): DeliveryState => ({
  status: 'acknowledged',
  partition: 0,
  offset: BigInt(offset),
  timestamp: 0,
  latencyMs: 1,
});
export const failed: DeliveryState = {status: 'failed', reason: 'no broker', retryable: true};
export const unknown: DeliveryState = {status: 'unknown', reason: 'no answer'};
