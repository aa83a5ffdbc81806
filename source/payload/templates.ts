/** A draft to begin with. `headers`: one a line, `name: text`. A value of null is a tombstone. */
export type Template = {
  readonly name: string;
  readonly value: string | null;
  readonly headers?: string;
  readonly key?: string;
  /** Whether its `{{…}}` are to be filled in (see `expandPlaceholders`). */
  readonly expands?: boolean;
  /** Published as it is, JSON or not. */
  readonly raw?: boolean;
};

/** Notifications as they are met in the field; the last ones are made to fail. */
export const templates: readonly Template[] = [
  {
    name: 'generic',
    key: 'u-{{seq}}',
    value: json({type: 'notification', id: '{{uuid}}', at: '{{now}}', to: 'user@example.org', data: {}}),
    expands: true,
  },
  {
    name: 'e-mail',
    key: 'u-{{seq}}',
    value: json({
      type: 'email.send',
      id: '{{uuid}}',
      to: 'user@example.org',
      subject: 'Your order is on its way',
      template: 'order-shipped',
      data: {order: 'A-{{seq}}', at: '{{now}}'},
    }),
    expands: true,
  },
  {
    name: 'SMS',
    key: 'u-{{seq}}',
    value: json({type: 'sms.send', id: '{{uuid}}', to: '+15550100', text: 'Your code is 123456'}),
    expands: true,
  },
  {
    name: 'push',
    key: 'u-{{seq}}',
    value: json({
      type: 'push.send',
      id: '{{uuid}}',
      to: 'device-token',
      notification: {title: 'Hello', body: 'A message for you'},
      data: {screen: 'inbox'},
    }),
    expands: true,
  },
  {
    name: 'chat',
    value: json({type: 'chat.post', id: '{{uuid}}', channel: '#operations', text: 'Deployed at {{now}}'}),
    expands: true,
  },
  {
    name: 'several recipients, one transaction',
    value: json({
      type: 'email.send',
      transactionId: '{{uuid}}',
      recipients: [{address: 'one@example.org'}, {address: 'two@example.org'}],
      subject: 'For all of you',
    }),
    expands: true,
  },
  {
    name: 'CloudEvents, structured',
    headers: 'content-type: application/cloudevents+json',
    value: json({
      specversion: '1.0',
      id: '{{uuid}}',
      source: '/kafka-notify',
      type: 'org.example.notification',
      time: '{{now}}',
      datacontenttype: 'application/json',
      data: {to: 'user@example.org'},
    }),
    expands: true,
  },
  {
    name: 'CloudEvents, binary',
    headers: [
      'ce_specversion: 1.0',
      'ce_id: {{uuid}}',
      'ce_source: /kafka-notify',
      'ce_type: org.example.notification',
      'ce_time: {{now}}',
      'content-type: application/json',
    ].join('\n'),
    value: json({to: 'user@example.org'}),
    expands: true,
  },
  {name: 'one that makes the example handler fail', value: json({type: 'fail', reason: 'as you asked'})},
  {name: 'one that nobody can receive', value: json({type: 'email.send', subject: 'no recipient'})},
  {
    name: 'malformed JSON',
    key: 'u-1',
    value: '{"type": "email.send", "to": "user@example.org", "data": {"order": }',
    raw: true,
  },
  {name: 'tombstone', key: 'u-1', value: null},
];

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
