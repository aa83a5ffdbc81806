import {Text} from 'ink';
import {memo} from 'react';

/** Rows that are complete already: one string each, exactly as wide as their pane, with its own colours. */
export function Rows({rows}: {readonly rows: readonly string[]}) {
  // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen; what stands there changes
  return rows.map((text, at) => <Line key={at} text={text} />);
}

const Line = memo(function Line({text}: {readonly text: string}) {
  return <Text wrap="truncate">{text}</Text>;
});
