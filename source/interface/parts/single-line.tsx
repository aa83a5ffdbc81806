import TextInput from 'ink-text-input';
import {useReducer, useRef} from 'react';
import {safeText} from '../../payload/safe-text.ts';

type Props = {
  readonly value: string;
  readonly placeholder?: string;
  /** Whether the key just pressed was a command, and so is no text. */
  readonly wasCommand: () => boolean;
  readonly onChange: (value: string) => void;
  readonly onSubmit?: () => void;
};

/**
 * One line to type into. ink-text-input moves its cursor with every key, also where nothing becomes of it or where the
 * text came from elsewhere (a paste); then it begins anew, with the cursor at the end.
 */
export function SingleLine({value, placeholder = '', wasCommand, onChange, onSubmit}: Props) {
  const [, drawAgain] = useReducer((times: number) => times + 1, 0);
  const own = useRef({value, begun: 0, onChange, onSubmit}).current;
  // Ink hears keys by the drawing before until an effect has run: a quick Enter would submit what stood there then.
  own.onChange = onChange;
  own.onSubmit = onSubmit;
  if (own.value !== value) {
    own.value = value;
    own.begun++;
  }
  return (
    <TextInput
      key={own.begun}
      value={safeText(value)}
      placeholder={placeholder}
      onChange={next => {
        if (wasCommand()) {
          own.begun++;
          drawAgain();
          return;
        }
        const edited = own.value === value ? next : editAgain(safeText(value), next, own.value);
        // Another key came before this one was drawn: ink-text-input knows nothing of that, nor of where its cursor is.
        if (own.value !== value) own.begun++;
        own.value = edited;
        own.onChange(edited);
      }}
      onSubmit={() => own.onSubmit?.()}
    />
  );
}

/** What was done to `before` to make it `after`, done to `now`; the place is counted from the end. */
function editAgain(before: string, after: string, now: string): string {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const at = Math.max(0, now.length - end);
  const removed = before.length - start - end;
  return now.slice(0, Math.max(0, at - removed)) + after.slice(start, after.length - end) + now.slice(at);
}
