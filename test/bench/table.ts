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

function cellsOf({what, ours, theirs, unit, target}: Row): string[] {
  const ratio = theirs && ratios(ours, theirs.sample);
  const held = median(ratio ?? ours);
  const reached = target && (target.sign === '≥' ? held >= target.value : held <= target.value);
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
