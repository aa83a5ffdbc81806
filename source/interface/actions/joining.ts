import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';

export const joiningActions: readonly Action[] = [
  {
    id: 'join-foreign-group',
    // Not a key that is hit by accident beside x, which brought the question.
    keys: ['J'],
    scope: 'consumer',
    title: 'join all the same',
    description:
      "Another program's group: join it all the same; what is processed here counts as processed there",
    hint: 99,
    whyNot,
    run: ({workbench}) => workbench?.joinForeignGroup(),
  },
];

function whyNot({session: {joining}}: Desk): string | null {
  if (joining?.status !== 'foreign') return "No other program's group is asked about.";
  if (joining.mayJoin) return null;
  return 'The built-in check sends nothing: to join, start with a handler of your own, or --join-foreign-group.';
}
