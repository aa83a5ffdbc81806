import {median, type Row, ratios, type Sample} from './figure.ts';

/** The rows as a table; every value is a median, with the least and the greatest round behind it. */
export function table(rows: readonly Row[]): string {
  const head = ['what', 'ours', 'against', 'theirs', 'ratio', 'target', ''];
  const cells = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, column) => Math.max(...cells.map(row => row[column]!.length)));
  return cells
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The rows that miss their targets although it is known why, one line each. */
export function excuses(rows: readonly Row[]): string[] {
  return rows.flatMap(row => (row.why && !isReached(row) ? [`${row.what}: ${row.why}`] : []));
}

/** What is held against the target. */
function heldOf({ours, theirs}: Row): number {
  return median(theirs ? ratios(ours, theirs.sample) : ours);
}

function isReached(row: Row): boolean {
  if (!row.target) return true;
  const {sign, value} = row.target;
  return sign === '≥' ? heldOf(row) >= value : heldOf(row) <= value;
}

function cellsOf(row: Row): string[] {
  const {what, ours, theirs, unit, target} = row;
  const ratio = theirs && ratios(ours, theirs.sample);
  const held = heldOf(row);
  const reached = isReached(row);
  return [
    what,
    `${spread(ours, whole)} ${unit}`,
    theirs?.name ?? '',
    theirs ? spread(theirs.sample, whole) : '',
    ratio ? `${spread(ratio, two)}×` : '',
    target ? `${target.sign} ${target.value}${ratio ? '×' : ` ${unit}`}` : '',
    target ? (reached ? 'reached' : `MISSED by ${whole(Math.abs(held / target.value - 1) * 100)} %`) : '',
  ];
}

function spread(sample: Sample, format: (value: number) => string): string {
  return `${format(median(sample))} (${format(Math.min(...sample))}–${format(Math.max(...sample))})`;
}

const whole = (value: number) =>
  value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en').replaceAll(',', ' ');
const two = (value: number) => value.toFixed(2);
