import {Box, Text} from 'ink';
import type {Gate} from '../key-gate.tsx';
import {SingleLine} from './single-line.tsx';

type AskedProps = {
  readonly gate: Gate;
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly width: number;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
};

/** A label and one line to type into. */
export function Asked({gate, label, value, placeholder = '', width, onChange, onSubmit}: AskedProps) {
  return (
    <Box width={width} height={1} overflow="hidden">
      <Text>{` ${label} `}</Text>
      <SingleLine
        value={value}
        placeholder={placeholder}
        wasCommand={() => gate.wasCommand}
        onChange={onChange}
        onSubmit={onSubmit}
      />
    </Box>
  );
}
