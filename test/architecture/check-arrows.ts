/**
 * Holds the house's arrows: a folder may import only from the folders named for it, so that a reader can
 * understand a folder by looking down, never up. Run by `npm run check`; exits 1 and names each wrong import.
 */
import {globSync, readFileSync} from 'node:fs';
import {dirname, join, normalize, sep} from 'node:path';

const may: Record<string, readonly string[]> = {
  'cli.tsx': ['commands', 'settings', 'payload'],
  commands: ['interface', 'session', 'flow', 'handlers', 'payload', 'kafka', 'broker', 'settings'],
  interface: ['session', 'flow', 'payload'],
  session: ['flow', 'payload'],
  flow: [],
  handlers: ['flow', 'payload'],
  payload: [],
  kafka: ['flow', 'wire'],
  // What the embedded broker knows of Kafka is its own, so that one error is not made twice; but bytes unpack in one way only.
  broker: ['wire'],
  wire: [],
  settings: ['payload'],
};

const wrong: string[] = [];
for (const file of ['cli.tsx', ...globSync('source/**/*.{ts,tsx}')]) {
  const room = roomOf(file);
  const allowed = may[room];
  if (!allowed) {
    wrong.push(`${file}: no such room in the house: ${room}`);
    continue;
  }
  const text = readFileSync(file, 'utf8');
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g)) {
    const target = roomOf(normalize(join(dirname(file), specifier!)));
    if (target !== room && !allowed.includes(target)) {
      wrong.push(`${file}: ${room} may not import ${target} ('${specifier}')`);
    }
  }
  if (/from 'kafkajs/.test(text) && room !== 'kafka')
    wrong.push(`${file}: KafkaJS is used in source/kafka only`);
  if (/from '(ink|react)/.test(text) && !['interface', 'commands', 'cli.tsx'].includes(room)) {
    wrong.push(`${file}: Ink and React are used in source/interface only`);
  }
}

if (wrong.length > 0) {
  console.error(`The house's arrows point down only:\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}

function roomOf(file: string): string {
  const parts = file.split(sep);
  return parts[0] === 'source' ? parts[1]! : parts[0]!;
}
