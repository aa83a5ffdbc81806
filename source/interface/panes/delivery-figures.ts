import {textWidth} from '../../payload/width.ts';
import type {Latency} from '../../session/sample.ts';
import type {Session} from '../../session/session.ts';
import {duration} from '../amounts.ts';

/**
 * What the title of the deliveries tells: the median and the slow end of acknowledgement, of processing and of the whole
 * way to the commit, and how many are not acknowledged. The most that fits into `width` columns.
 */
export function deliveryFigures({deliveries, timeline}: Session, width: number): string {
  const {counts, latency} = deliveries;
  const numbers = (['pending', 'failed', 'unknown'] as const)
    .filter(each => counts[each] > 0)
    .map(each => `${each} ${counts[each]}`);
  if (!latency) return numbers.join('  ');
  const processing = timeline.processing.latency;
  const wholeWay = timeline.wholeWay.latency;
  const named = (name: string, found: Latency | null) =>
    found ? `${name} p50 ${duration(found.p50)} p95 ${duration(found.p95)}` : '';
  const short = (name: string, found: Latency | null) => (found ? `${name} ${pair(found)}` : '');
  const choices = [
    [named('acknowledged', latency), named('processed', processing), named('to commit', wholeWay)],
    ['p50/p95', short('ack', latency), short('process', processing), short('commit', wholeWay)],
    ['p50/p95', short('ack', latency), short('commit', wholeWay)],
    [`p50 ${duration(latency.p50)}`, `p95 ${duration(latency.p95)}`],
    [],
  ];
  const texts = choices.map((choice, at) =>
    [...choice, ...numbers].filter(Boolean).join(at === 0 ? ' · ' : '  '),
  );
  return texts.find(text => textWidth(text) <= width) ?? texts.at(-1)!;
}

/** `3/9 ms` */
function pair({p50, p95}: Latency): string {
  const [low, high] = [duration(p50), duration(p95)];
  const [number, unit] = low.split(' ');
  return high.endsWith(` ${unit}`) ? `${number}/${high}` : `${low}/${high}`;
}
