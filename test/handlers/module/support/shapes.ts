/** The shapes that people's handlers come in: what `npm init`, the TypeScript handbook and frameworks make of a package. */

export type Shape = {
  readonly name: string;
  /** The files of the project by path; text, or an object that is written as JSON. */
  readonly files: Readonly<Record<string, string | object>>;
  readonly entry: string;
  /** Symbolic links, as workspaces make them: from this path to that folder, relative to the link. */
  readonly links?: Readonly<Record<string, string>>;
  /** What it prints for `{"to": "u"}`; `mail to u` unless said otherwise. */
  readonly prints?: string;
  /** Where it throws for `{"bad": 1}`; unset: it is not asked. */
  readonly throwsAt?: string;
};

/** As `npm init -y` writes it. */
const commonJs = {name: 'mailer', version: '1.0.0', main: 'index.js', type: 'commonjs'};
const withoutType = {name: 'mailer', version: '1.0.0', main: 'index.js'};
const esModule = {name: 'mailer', version: '1.0.0', type: 'module'};

const mail = `export type Mail = {readonly to: string};

export function send(mail: Mail & {bad?: number}): void {
  if (mail.bad) throw new Error('no such user');
  console.log('mail to', mail.to);
}
`;
const notify = (from: string) => `import {type Mail, send} from '${from}';

interface Message {
  readonly value: Mail;
}

export async function processMessage({value}: Message): Promise<void> {
  send(value);
}
`;
const plainMail = `exports.send = function send(mail) {
  if (mail.bad) throw new Error('no such user');
  console.log('mail to', mail.to);
};
`;

export const shapes: readonly Shape[] = [
  {
    name: 'TypeScript in a package as npm init makes it (CommonJS), imports without extension',
    files: {'package.json': commonJs, 'notify.ts': notify('./lib/mail'), 'lib/mail.ts': mail},
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'a package without a type, ./x.js for x.ts',
    files: {'package.json': withoutType, 'notify.ts': notify('./lib/mail.js'), 'lib/mail.ts': mail},
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: '"type": "module", ./x.js for x.ts',
    files: {'package.json': esModule, 'notify.ts': notify('./lib/mail.js'), 'lib/mail.ts': mail},
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: '"type": "module", imports without extension, of a folder by its index',
    files: {
      'package.json': esModule,
      'notify.ts': notify('./lib'),
      'lib/index.ts': `export * from './mail';\n`,
      'lib/mail.ts': mail,
    },
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: './x.ts by its own name',
    files: {'package.json': esModule, 'notify.ts': notify('./lib/mail.ts'), 'lib/mail.ts': mail},
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'no package.json at all',
    files: {'notify.ts': notify('./lib/mail'), 'lib/mail.ts': mail},
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'enums, namespaces and parameter properties',
    files: {
      'package.json': commonJs,
      'notify.ts': `enum Kind {
  Mail = 'mail',
  Sms = 'sms',
}

const enum Limit {
  Most = 3,
}

namespace Words {
  export const to = 'to';
}

class Sender {
  constructor(
    private readonly kind: Kind,
    protected most: number = Limit.Most,
  ) {}

  send(value: {to: string; bad?: number}): void {
    if (value.bad) {
      throw new Error(\`no such user, of \${this.most}\`);
    }
    console.log(this.kind, Words.to, value.to);
  }
}

const sender = new Sender(Kind.Mail);
export const processMessage = ({value}: {value: {to: string}}) => sender.send(value);
`,
    },
    entry: 'notify.ts',
    throwsAt: 'notify.ts:22',
  },
  {
    name: 'legacy decorators with metadata, as NestJS and TypeORM want them',
    files: {
      'package.json': commonJs,
      'tsconfig.json': `{
  // As the framework's generator writes it.
  "compilerOptions": {
    "target": "ES2022", "module": "commonjs",
    "experimentalDecorators": true,
    "emitDecoratorMetadata": true,
  },
}`,
      'node_modules/reflect-metadata/package.json': {name: 'reflect-metadata', main: 'Reflect.js'},
      'node_modules/reflect-metadata/Reflect.js': `const kept = new WeakMap();
Reflect.metadata = (key, value) => (target, name) => {
  const of = kept.get(target) ?? new Map();
  kept.set(target, of);
  of.set(key + ':' + String(name), value);
};
Reflect.getMetadata = (key, target, name) => kept.get(target)?.get(key + ':' + String(name));
`,
      'notify.ts': `import 'reflect-metadata';
import {Mailer} from './mailer';

function Injectable(): ClassDecorator {
  return () => {};
}

function Logged(target: object, name: string, descriptor: PropertyDescriptor): void {
  const original = descriptor.value;
  descriptor.value = function (...values: unknown[]) {
    return original.apply(this, values);
  };
}

@Injectable()
class Service {
  constructor(private readonly mailer: Mailer) {}

  @Logged
  send(value: {to: string; bad?: number}): void {
    if (value.bad) throw new Error('no such user');
    this.mailer.send(value.to);
  }
}

const [Wanted] = (Reflect as any).getMetadata('design:paramtypes', Service) as [typeof Mailer];
const service = new Service(new Wanted());

export async function processMessage({value}: {value: {to: string}}): Promise<void> {
  service.send(value);
}
`,
      'mailer.ts': `export class Mailer {
  send(to: string): void {
    console.log('mail to', to);
  }
}
`,
    },
    entry: 'notify.ts',
    throwsAt: 'notify.ts:21',
  },
  {
    name: 'standard decorators',
    files: {
      'package.json': esModule,
      'tsconfig.json': {compilerOptions: {target: 'ES2022', module: 'nodenext'}},
      'notify.ts': `function logged<This, Values extends unknown[], Result>(
  method: (this: This, ...values: Values) => Result,
  context: ClassMethodDecoratorContext,
) {
  if (context.kind !== 'method' || context.name !== 'send') throw new Error('no standard decorator');
  return function (this: This, ...values: Values): Result {
    return method.apply(this, values);
  };
}

class Service {
  @logged
  send(value: {to: string; bad?: number}): void {
    if (value.bad) throw new Error('no such user');
    console.log('mail to', value.to);
  }
}

const service = new Service();

export function processMessage({value}: {value: {to: string}}): void {
  service.send(value);
}
`,
    },
    entry: 'notify.ts',
    throwsAt: 'notify.ts:14',
  },
  {
    name: 'tsconfig paths and baseUrl, by extends',
    files: {
      'package.json': commonJs,
      'tsconfig.base.json': {compilerOptions: {baseUrl: '.', paths: {'@lib/*': ['src/lib/*']}}},
      'tsconfig.json': {extends: './tsconfig.base.json', compilerOptions: {module: 'commonjs'}},
      'src/notify.ts': `import {send} from '@lib/mail';
import {name} from 'src/lib/name';

export function processMessage({value}: {value: {to: string}}): void {
  if (name !== 'mail') throw new Error(name);
  send(value);
}
`,
      'src/lib/mail.ts': mail,
      'src/lib/name.ts': `export const name: string = 'mail';\n`,
    },
    entry: 'src/notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'export default of a function, which is processMessage',
    files: {
      'package.json': esModule,
      'notify.ts': `import {send} from './mail';

export default async function notify({value}: {value: {to: string}}): Promise<void> {
  send(value);
}
`,
      'mail.ts': mail,
    },
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'export default of an object with the names',
    files: {
      'package.json': commonJs,
      'notify.ts': `import {send} from './mail';

export default {
  async processMessage({value}: {value: {to: string}}): Promise<void> {
    send(value);
  },
};
`,
      'mail.ts': mail,
    },
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'module.exports of an object',
    files: {
      'package.json': commonJs,
      'notify.js': `const {send} = require('./mail');

async function processMessage({value}) {
  send(value);
}

module.exports = {processMessage};
`,
      'mail.js': plainMail,
    },
    entry: 'notify.js',
    throwsAt: 'mail.js:2',
  },
  {
    name: 'module.exports of a function',
    files: {
      'package.json': withoutType,
      'notify.js': `const {send} = require('./mail');

module.exports = ({value}) => send(value);
`,
      'mail.js': plainMail,
    },
    entry: 'notify.js',
    throwsAt: 'mail.js:2',
  },
  {
    name: 'exports.eachMessage in .cjs, with __dirname',
    files: {
      'package.json': esModule,
      'notify.cjs': `const {join} = require('node:path');
const {send} = require(join(__dirname, 'mail.cjs'));

exports.eachMessage = async ({message}) => send(JSON.parse(message.value.toString()));
`,
      'mail.cjs': plainMail,
    },
    entry: 'notify.cjs',
    throwsAt: 'mail.cjs:2',
  },
  {
    name: 'import in .js of a package without a type',
    files: {
      'package.json': withoutType,
      'notify.js': `import {send} from './mail.js';

export const processMessage = ({value}) => send(value);
`,
      'mail.js': `export function send(mail) {
  if (mail.bad) throw new Error('no such user');
  console.log('mail to', mail.to);
}
`,
    },
    entry: 'notify.js',
    throwsAt: 'mail.js:2',
  },
  {
    name: 'import in .js of a CommonJS package, as a bundler or Babel takes it',
    files: {
      'package.json': commonJs,
      'notify.js': `import {send} from './mail';

export const processMessage = ({value}) => send(value);
`,
      'mail.js': `export function send(mail) {
  if (mail.bad) throw new Error('no such user');
  console.log('mail to', mail.to);
}
`,
    },
    entry: 'notify.js',
    throwsAt: 'mail.js:2',
  },
  {
    name: 'JavaScript of an ES module, imports without extension, of TypeScript too',
    files: {
      'package.json': esModule,
      'notify.js': `import {prefix} from './prefix';
import {send} from './mail';

export const processMessage = ({value}) => send({...value, to: prefix + value.to});
`,
      'prefix.js': `export const prefix = '';\n`,
      'mail.ts': mail,
    },
    entry: 'notify.js',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'JavaScript that requires TypeScript, as ts-node lets it',
    files: {
      'package.json': commonJs,
      'notify.js': `const {send} = require('./mail');

module.exports = {processMessage: ({value}) => send(value)};
`,
      'mail.ts': mail,
    },
    entry: 'notify.js',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'plain .mjs',
    files: {
      'notify.mjs': `import {send} from './mail.mjs';

export const processMessage = ({value}) => send(value);
`,
      'mail.mjs': `export function send(mail) {
  if (mail.bad) throw new Error('no such user');
  console.log('mail to', mail.to);
}
`,
    },
    entry: 'notify.mjs',
    throwsAt: 'mail.mjs:2',
  },
  {
    name: '.tsx with a factory by tsconfig',
    files: {
      'package.json': commonJs,
      'tsconfig.json': {compilerOptions: {jsx: 'react', jsxFactory: 'h'}},
      'notify.tsx': `const h = (name: string, props: {to: string}, ...children: string[]) =>
  [name, ...children, props.to].join(' ');

export function processMessage({value}: {value: {to: string; bad?: number}}): void {
  if (value.bad) throw new Error('no such user');
  console.log(<mail to={value.to}>to</mail>);
}
`,
    },
    entry: 'notify.tsx',
    throwsAt: 'notify.tsx:5',
  },
  {
    name: '.tsx with the automatic runtime',
    files: {
      'package.json': esModule,
      'tsconfig.json': {compilerOptions: {jsx: 'react-jsx', jsxImportSource: 'letters'}},
      'node_modules/letters/package.json': {
        name: 'letters',
        type: 'module',
        exports: {'./jsx-runtime': './jsx-runtime.js'},
      },
      'node_modules/letters/jsx-runtime.js': `export const jsx = (name, {children, to}) => [name, children, to].join(' ');
export const jsxs = jsx;
`,
      'notify.tsx': `import {Letter} from './letter';

export function processMessage({value}: {value: {to: string; bad?: number}}): void {
  console.log(Letter(value));
}
`,
      'letter.tsx': `export function Letter({to, bad}: {to: string; bad?: number}) {
  if (bad) throw new Error('no such user');
  return <mail to={to}>to</mail>;
}
`,
    },
    entry: 'notify.tsx',
    throwsAt: 'letter.tsx:2',
  },
  {
    name: '.jsx',
    files: {
      'package.json': esModule,
      'notify.jsx': `const React = {createElement: (name, props, ...children) => [name, ...children, props.to].join(' ')};

export const processMessage = ({value}) => {
  if (value.bad) throw new Error('no such user');
  console.log(<mail to={value.to}>to</mail>);
};
`,
    },
    entry: 'notify.jsx',
    throwsAt: 'notify.jsx:4',
  },
  {
    name: '.mts that imports .mjs for .mts',
    files: {'package.json': commonJs, 'notify.mts': notify('./mail.mjs'), 'mail.mts': mail},
    entry: 'notify.mts',
    throwsAt: 'mail.mts:4',
  },
  {
    name: '.cts with import = require and export =',
    files: {
      'package.json': esModule,
      'notify.cts': `import mail = require('./mail.cjs');

export = {
  processMessage({value}: {value: {to: string}}): void {
    mail.send(value);
  },
};
`,
      'mail.cts': mail,
    },
    entry: 'notify.cts',
    throwsAt: 'mail.cts:4',
  },
  {
    name: 'JSON imports, without and with an attribute',
    files: {
      'package.json': esModule,
      'notify.ts': `import settings from './settings.json';
import words from './words.json' with {type: 'json'};

export function processMessage({value}: {value: {to: string; bad?: number}}): void {
  if (value.bad) throw new Error('no such user');
  console.log(settings.kind, words.to, value.to);
}
`,
      'settings.json': {kind: 'mail'},
      'words.json': {to: 'to'},
    },
    entry: 'notify.ts',
    throwsAt: 'notify.ts:5',
  },
  {
    name: 'dependencies that are ES modules and CommonJS, from a CommonJS package',
    files: {
      'package.json': commonJs,
      'node_modules/only-esm/package.json': {name: 'only-esm', type: 'module', exports: './index.js'},
      'node_modules/only-esm/index.js': `export const kind = 'mail';\nexport default class Kind {}\n`,
      'node_modules/only-cjs/package.json': {name: 'only-cjs', main: 'index.js'},
      'node_modules/only-cjs/index.js': `module.exports = {to: 'to', twice: text => text + text};\n`,
      'node_modules/function-cjs/package.json': {name: 'function-cjs', main: 'index.js'},
      'node_modules/function-cjs/index.js': `module.exports = text => text;\nmodule.exports.same = true;\n`,
      'node_modules/babel-cjs/package.json': {name: 'babel-cjs', main: 'index.js'},
      'node_modules/babel-cjs/index.js': `Object.defineProperty(exports, '__esModule', {value: true});
exports.default = text => text;\nexports.named = 1;\n`,
      'notify.ts': `import same from 'function-cjs';
import again, {named} from 'babel-cjs';
import Kind, {kind} from 'only-esm';
import {to} from 'only-cjs';
import * as all from 'only-cjs';
import cjs from 'only-cjs';

export async function processMessage({value}: {value: {to: string; bad?: number}}): Promise<void> {
  if (value.bad) throw new Error('no such user');
  if (typeof Kind !== 'function' || cjs.twice('a') !== 'aa' || all.to !== to || named !== 1) throw new Error('interop');
  console.log(kind, to, same(again(value.to)));
}
`,
    },
    entry: 'notify.ts',
    throwsAt: 'notify.ts:9',
  },
  {
    name: 'top-level await',
    files: {
      'package.json': commonJs,
      'notify.ts': `const kind: string = await Promise.resolve('mail');
const {send} = await import('./mail');

export async function processMessage({value}: {value: {to: string}}): Promise<void> {
  if (kind === 'mail') send(value);
}
`,
      'mail.ts': `await Promise.resolve();
${mail}`,
    },
    entry: 'notify.ts',
    throwsAt: 'mail.ts:5',
  },
  {
    name: 'a workspace with packages in TypeScript, by symbolic links',
    files: {
      'package.json': {name: 'all', private: true, workspaces: ['packages/*']},
      'packages/mail/package.json': {name: '@acme/mail', main: 'src/index.ts', types: 'src/index.ts'},
      'packages/mail/src/index.ts': `export * from './mail';\n`,
      'packages/mail/src/mail.ts': mail,
      'packages/words/package.json': {name: '@acme/words', type: 'module', exports: {'.': './src/index.ts'}},
      'packages/words/src/index.ts': `export enum Word {\n  To = 'to',\n}\n`,
      'packages/notify/package.json': {name: '@acme/notify', type: 'commonjs'},
      'packages/notify/src/notify.ts': `import {send} from '@acme/mail';
import {Word} from '@acme/words';

export const processMessage = ({value}: {value: Record<string, string>}) => send({...value, to: value[Word.To]!});
`,
    },
    links: {
      'node_modules/@acme/mail': '../../packages/mail',
      'node_modules/@acme/words': '../../packages/words',
    },
    entry: 'packages/notify/src/notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'import.meta, require and __filename in one file, and a circle of imports',
    files: {
      'package.json': esModule,
      'notify.ts': `import {basename} from 'node:path';
import {createRequire} from 'node:module';
import {send} from './mail.js';

export const kind = 'mail';
const own = createRequire(import.meta.url)('./package.json').name;

export function processMessage({value}: {value: {to: string}}): void {
  if (own !== 'mailer' || basename(import.meta.filename) !== 'notify.ts') throw new Error('import.meta');
  if (!import.meta.dirname || basename(import.meta.url) !== 'notify.ts') throw new Error('import.meta');
  send(value);
}
`,
      'mail.ts': `import {kind} from './notify.js';

export function send(mail: {to: string; bad?: number}): void {
  if (mail.bad) throw new Error('no such user');
  console.log(kind, 'to', mail.to);
}
`,
    },
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
  {
    name: 'a TypeScript file with require and __dirname',
    files: {
      'package.json': commonJs,
      'notify.ts': `const {join} = require('node:path');
const {send} = require(join(__dirname, 'mail'));

module.exports = {
  processMessage: ({value}: {value: {to: string}}) => send(value),
};
`,
      'mail.ts': mail,
    },
    entry: 'notify.ts',
    throwsAt: 'mail.ts:4',
  },
];
