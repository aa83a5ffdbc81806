import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {transform} from 'esbuild';
import {describe, expect, it} from 'vitest';
import {runOf} from '../support/runs.ts';
import {load} from './support/modules.ts';

describe('code that is compiled means what it meant:', () => {
  it('an imported variable that is set later is seen', async () => {
    const {handler} = await load({
      files: {
        'package.json': {type: 'commonjs'},
        'notify.ts': `import {client, connect} from './client';

export async function processMessage(): Promise<void> {
  const before = client;
  await connect();
  console.log(before, client);
}
`,
        'client.ts': `export let client: string | undefined;
export async function connect(): Promise<void> {
  client = 'connected';
}
`,
      },
      entry: 'notify.ts',
    });
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{output: 'undefined connected'}]);
  });

  it.each([
    ['commonjs', 'dep one', 'by its own default'],
    ['module', 'all of it one', 'all that it exports, as Node has it'],
  ])(
    'the default of a dependency compiled to CommonJS, in a package of type %s: %s',
    async (type, output) => {
      const {handler} = await load({
        files: {
          'package.json': {type},
          'node_modules/dep/package.json': {name: 'dep', main: 'index.js'},
          'node_modules/dep/index.js': `Object.defineProperty(exports, '__esModule', {value: true});
exports.default = () => 'dep';
exports.one = 'one';
`,
          'notify.ts': `import dep, {one} from 'dep';

export function processMessage(): void {
  console.log(typeof dep === 'function' ? (dep as () => string)() : 'all of it', one);
}
`,
        },
        entry: 'notify.ts',
      });
      expect(await handler.handle(runOf(['{}']))).toMatchObject([{output}]);
    },
  );

  it('a TypeScript file that is required and one that is imported are one', async () => {
    const {handler} = await load({
      files: {
        'package.json': {type: 'commonjs'},
        'notify.ts': `import {count} from './count';
const {add} = require('./count');

export function processMessage(): void {
  add();
  console.log(count);
}
`,
        'count.ts': `export let count = 0;\nexport const add = (): void => void count++;\n`,
      },
      entry: 'notify.ts',
    });
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{output: '1'}]);
  });

  it('a first line for the shell, comments before "use strict", and types over many lines keep their lines', async () => {
    const {handler} = await load({
      files: {
        'package.json': {type: 'commonjs'},
        'notify.ts': `#!/usr/bin/env node
/* Of the team
   that sends. */
'use strict';
import {basename} from 'node:path';

type Message = {
  readonly value: {
    readonly to: string;
  };
};

export function processMessage(
  {value}: Message,
  context: {
    readonly attempt: number;
  },
): void {
  if (basename(value.to) === 'nobody')
    throw new Error(\`nobody, in attempt
      \${context.attempt}\`);
}
`,
      },
      entry: 'notify.ts',
    });
    expect(await handler.handle(runOf(['{"to":"nobody"}']))).toMatchObject([
      {status: 'failed', failure: {where: 'notify.ts:20', message: 'nobody, in attempt'}},
    ]);
  });

  it('an error at the start says where, in a file that is imported, in a folder with spaces', async () => {
    const project = {
      files: {
        'package.json': {type: 'commonjs'},
        'my app (old)/notify.ts': `import './lib/database';\nexport const processMessage = () => {};\n`,
        'my app (old)/lib/database.ts': `const url: string | undefined = process.env.NO_SUCH_URL;
if (!url) {
  throw new Error('NO_SUCH_URL is missing');
}
`,
      },
      entry: 'my app (old)/notify.ts',
    };
    await expect(load(project)).rejects.toThrow('cannot be used: NO_SUCH_URL is missing (database.ts:3).');
  });

  it('where an installed package throws, the person’s line that called it is named', async () => {
    const {handler} = await load({
      files: {
        'package.json': {type: 'commonjs'},
        'node_modules/dep/package.json': {name: 'dep', main: 'index.js'},
        'node_modules/dep/index.js': `exports.send = () => { throw new Error('no connection'); };\n`,
        'notify.ts': `import {send} from './lib/mail';\nexport const processMessage = () => send();\n`,
        'lib/mail.ts': `import {send as deliver} from 'dep';\n\nexport function send(): void {\n  deliver();\n}\n`,
      },
      entry: 'notify.ts',
    });
    const [outcome] = await handler.handle(runOf(['{}']));
    expect(outcome).toMatchObject({failure: {where: 'mail.ts:4'}});
  });

  it('an error in what the person’s own compiler made is at the line of the source', async () => {
    const source = `type Value = {
  readonly to?: string;
};

export function processMessage({value}: {value: Value}): void {
  if (!value.to) throw new Error('nobody');
}
`;
    const {code} = await transform(source, {
      loader: 'ts',
      sourcemap: 'inline',
      sourcefile: '../src/notify.ts',
    });
    const {handler} = await load({
      files: {'package.json': {type: 'module'}, 'src/notify.ts': source, 'dist/notify.js': code},
      entry: 'dist/notify.js',
    });
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{failure: {where: 'notify.ts:6'}}]);
  });

  it('what a logger writes to the descriptors itself is the attempt’s output', async () => {
    const {handler, notices} = await load({
      files: {
        'package.json': {type: 'module'},
        'notify.ts': `import {write, writeFileSync, writeSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

writeSync(2, 'at the start');

export async function processMessage(): Promise<void> {
  writeSync(1, 'one ');
  const written = await new Promise(resolve => write(2, Buffer.from('..two..'), 2, 3, null, (_, count) => resolve(count)));
  createRequire(import.meta.url)('node:fs').writeSync(1, ' three ' + written);
  // What goes elsewhere goes there.
  const file = import.meta.dirname + '/own.txt';
  writeFileSync(file, 'own');
  process.stdout.write(' ' + readFileSync(file, 'utf8'));
}
`,
      },
      entry: 'notify.ts',
    });
    expect(await handler.handle(runOf(['{}']))).toMatchObject([
      {status: 'processed', output: 'one two three 3 own'},
    ]);
    expect(notices).toEqual(['at the start']);
  });

  it.each([
    ['ES2021', true, 'given'],
    ['ES2022', true, 'undefined'],
    ['ES2022', false, 'undefined'],
  ])(
    'fields of classes, at target %s, legacy decorators: %s',
    async (target, experimentalDecorators, kept) => {
      const decorator = experimentalDecorators
        ? 'function Column(prototype: object, name: string): void { columns.push(name); }'
        : 'function Column(_: undefined, context: ClassFieldDecoratorContext): void { columns.push(String(context.name)); }';
      const {handler} = await load({
        files: {
          'package.json': {type: 'commonjs'},
          'tsconfig.json': {compilerOptions: {target, experimentalDecorators}},
          'notify.ts': `const columns: string[] = [];
${decorator}

class Base {
  constructor(given: object) {
    Object.assign(this, given);
  }
}

class User extends Base {
  @Column to!: string;
  @Column public kind: string = 'mail';
  declare own: string;
  name!: string;
  static most?: number;
}

export function processMessage(): void {
  const user = new User({name: 'given', own: 'own'});
  user.to = 'u';
  console.log(columns.join(), user.to, user.kind, user.own, user.name);
}
`,
        },
        entry: 'notify.ts',
      });
      expect(await handler.handle(runOf(['{}']))).toMatchObject([{output: `to,kind u mail own ${kept}`}]);
    },
  );

  it.each([true, false])(
    'lines before and behind decorated members; legacy decorators: %s',
    async experimentalDecorators => {
      const {handler} = await load({
        files: {
          'package.json': {type: 'commonjs'},
          'tsconfig.json': {
            compilerOptions: {
              target: 'ES2022',
              experimentalDecorators,
              emitDecoratorMetadata: experimentalDecorators,
            },
          },
          'notify.ts': `function Named(options: {name: string}) {
  return (...given: unknown[]): void => void given;
}

@Named({
  name: 'service',
})
class Service {
  first(): void {
    throw new Error('first');
  }

  @Named({
    name: 'second',
  })
  second(): string {
    return 'second';
  }

  @Named({name: 'kind'})
  kind: string = 'mail';

  third(): void {
    throw new Error(\`third after \${this.second()}\`);
  }
}

const service = new Service();

export function processMessage({value}: {value: 'first' | 'third' | 'own'}): void {
  if (value === 'own') throw new Error('own');
  service[value]();
}
`,
        },
        entry: 'notify.ts',
      });
      const failureOf = async (value: string) => (await handler.handle(runOf([`"${value}"`])))[0];
      expect(await failureOf('first')).toMatchObject({failure: {message: 'first', where: 'notify.ts:10'}});
      expect(await failureOf('third')).toMatchObject({
        failure: {message: 'third after second', where: 'notify.ts:24'},
      });
      expect(await failureOf('own')).toMatchObject({failure: {message: 'own', where: 'notify.ts:31'}});
    },
  );

  it('a link to it is followed to where its imports are', async () => {
    const {handler} = await load({
      files: {
        'package.json': {type: 'commonjs'},
        'real/notify.ts': `import {send} from './mail';
export const processMessage = () => send();
`,
        'real/mail.ts': `export const send = (): void => console.log('mail');
`,
      },
      links: {'link.ts': 'real/notify.ts'},
      entry: 'link.ts',
    });
    expect(await handler.handle(runOf(['{}']))).toMatchObject([{status: 'processed', output: 'mail'}]);
  });

  it('jiti is the version whose compiler is asked for standard decorators', () => {
    const compiler = join(import.meta.dirname, '../../../node_modules/jiti/dist/babel.cjs');
    expect(readFileSync(compiler, 'utf8').split('{legacy:!0}')).toHaveLength(2);
  });
});
