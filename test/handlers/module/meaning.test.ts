import {readFileSync} from 'node:fs';
import {join} from 'node:path';
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

  it('jiti is the version whose compiler is asked for standard decorators', () => {
    const compiler = join(import.meta.dirname, '../../../node_modules/jiti/dist/babel.cjs');
    expect(readFileSync(compiler, 'utf8').split('{legacy:!0}')).toHaveLength(2);
  });
});
