import type {Action} from '../keymap.ts';

/** Which headers an edited message carries: all of them can be seen and deleted one by one too. */
export const carryActions: readonly Action[] = (
  [
    ['all', "carry all of the original's headers, its ids and trace made new"],
    ['own', "carry the original's own headers, without those of tracing and of tools"],
    ['none', "carry none of the original's headers, only where it came from"],
  ] as const
).map(([carry, description]) => ({
  id: `headers-${carry}`,
  keys: [],
  scope: 'payload',
  title: `headers: ${carry}`,
  description: `Headers: ${description}`,
  whyNot: ({composer}) => (composer.replacing ? null : 'No message is being edited to be republished.'),
  run: ({composer, screen}) => {
    composer.carry(carry);
    screen.change({focus: 'payload', field: 'headers'});
  },
}));
