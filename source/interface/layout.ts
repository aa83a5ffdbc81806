/** A pane's place, in columns and rows. */
export type Area = {readonly width: number; readonly height: number};

export type PaneName = 'topic' | 'payload' | 'deliveries' | 'consumer';

export const paneNames: readonly PaneName[] = ['topic', 'payload', 'deliveries', 'consumer'];

/**
 * How the screen is shared, from its measured size. `wide`: topic over payload and deliveries beside the consumer.
 * `stacked`: one of the first three over the consumer. `single`: one pane. The first and the last row are the header
 * and the hints.
 */
export type Layout =
  | {readonly kind: 'too-small'; readonly needs: Area}
  | {readonly kind: 'single'; readonly body: Area}
  | {readonly kind: 'stacked'; readonly upper: Area; readonly consumer: Area}
  | {
      readonly kind: 'wide';
      readonly topic: Area;
      readonly payload: Area;
      readonly deliveries: Area;
      readonly consumer: Area;
    };

const least: Area = {width: 60, height: 16};
const wideFrom = 120;
const stackedFrom = 80;
const mostPartitionsShown = 12;

/** `partitions`: rows that the topic pane would like. `reserved`: rows that something else takes, above the hints. */
export function layoutOf(columns: number, rows: number, partitions: number, reserved = 0): Layout {
  if (columns < least.width || rows < least.height) return {kind: 'too-small', needs: least};
  const body = {width: columns, height: rows - 2 - reserved};
  if (columns < stackedFrom) return {kind: 'single', body};
  if (columns < wideFrom) {
    const upper = Math.max(3, Math.floor(body.height * 0.5));
    return {
      kind: 'stacked',
      upper: {width: columns, height: upper},
      consumer: {width: columns, height: body.height - upper},
    };
  }
  const wanted = 2 + Math.min(Math.max(partitions, 1), mostPartitionsShown);
  const topic = Math.min(wanted, Math.floor(body.height / 3));
  const below = body.height - topic;
  const left = Math.max(46, Math.floor(columns * 0.38));
  const deliveries = Math.max(3, Math.floor(below * 0.3));
  return {
    kind: 'wide',
    topic: {width: columns, height: topic},
    payload: {width: left, height: below - deliveries},
    deliveries: {width: left, height: deliveries},
    consumer: {width: columns - left - 1, height: below},
  };
}
