import {templates} from '../../payload/templates.ts';
import {emptyDraft} from '../../session/draft.ts';
import type {Desk} from '../desk.ts';
import type {Action} from '../keymap.ts';

export const payloadActions: readonly Action[] = [
  {
    id: 'format',
    keys: ['ctrl+f'],
    scope: 'payload',
    title: 'format',
    description: 'Format the JSON; numbers, texts and order stay letter by letter',
    hint: 70,
    run: desk => desk.composer.format(desk),
  },
  {
    id: 'editor',
    keys: ['ctrl+o'],
    scope: 'payload',
    title: '$EDITOR',
    description: 'Edit the whole draft in your own editor ($VISUAL or $EDITOR)',
    hint: 55,
    run: desk => desk.openEditor(),
  },
  {
    id: 'null',
    keys: ['alt+n'],
    scope: 'payload',
    title: 'null',
    description: "Switch the value or the key between Kafka's null and text (a null value is a tombstone)",
    hint: 45,
    run: desk => desk.composer.toggleNull(desk.screen.field),
  },
  {
    id: 'placeholders',
    keys: ['alt+p'],
    scope: 'payload',
    title: 'placeholders',
    description: 'Fill in {{uuid}}, {{now}} and {{seq}} at each publish, or leave them as text',
    run: ({composer}) => composer.toggleExpands(),
  },
  ...templates.map(
    (template): Action => ({
      id: `template-${template.name}`,
      keys: [],
      scope: 'payload',
      title: `template: ${template.name}`,
      description: `Template: ${template.name} (undo brings the text before back)`,
      run: ({composer, screen}) => {
        const {name: _, ...given} = template;
        composer.load({...emptyDraft, ...given});
        screen.change({focus: 'payload', field: 'value'});
      },
    }),
  ),
  {
    id: 'delivery-up',
    keys: ['up', 'k'],
    scope: 'deliveries',
    title: 'up',
    description: 'The delivery above',
    run: desk => move(desk, -1),
  },
  {
    id: 'delivery-down',
    keys: ['down', 'j'],
    scope: 'deliveries',
    title: 'down',
    description: 'The delivery below',
    run: desk => move(desk, 1),
  },
  {
    id: 'delivery-message',
    keys: ['enter'],
    scope: 'deliveries',
    title: 'its message',
    description: 'Go to the message of this delivery, if the consumer saw it',
    hint: 80,
    run: goToMessage,
  },
  {
    id: 'delivery-again',
    keys: ['e'],
    scope: 'deliveries',
    title: 'edit again',
    description: 'Take this delivery as the draft',
    hint: 75,
    run: desk => {
      const delivery = selectedDelivery(desk);
      if (!delivery) return;
      desk.composer.loadDraft(delivery.draft);
      desk.screen.change({focus: 'payload', field: 'value'});
    },
  },
];

export function selectedDelivery({session, screen}: Desk) {
  const {items} = session.deliveries;
  return items.find(({id}) => id === screen.delivery) ?? items.at(-1) ?? null;
}

/** The newest stands on top: up is newer. */
function move(desk: Desk, by: number): void {
  const {items} = desk.session.deliveries;
  const current = selectedDelivery(desk);
  if (!current) return;
  const next = items[items.indexOf(current) - by];
  if (next) desk.screen.change({delivery: next.id === items.at(-1)!.id ? null : next.id});
}

function goToMessage(desk: Desk): void {
  const delivery = selectedDelivery(desk);
  if (delivery?.state.status !== 'acknowledged') {
    desk.session.say('info', 'Only an acknowledged delivery has a message.');
    return;
  }
  const {partition, offset} = delivery.state;
  const row = desk.session.stream.rowAt(partition, offset);
  if (row)
    desk.screen.change({focus: 'consumer', row: row.id, leftAt: desk.session.stream.rows.at(-1)?.id ?? -1});
  else
    desk.session.say('info', `The consumer has not seen ${partition}@${offset}, or it is no longer in view.`);
}
