import {existsSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {runOf} from '../support/runs.ts';
import {type Loaded, load} from './support/modules.ts';

const commonJs = {name: 'mailer', version: '1.0.0', type: 'commonjs'};
const patience = {timeout: 30_000, interval: 20};

const notify = `import {send} from './lib/mail';

export function processMessage(): void {
  send();
}
`;
const prints = (text: string) => `export const send = (): void => console.log('${text}');\n`;
const project = {
  files: {'package.json': commonJs, 'notify.ts': notify, 'lib/mail.ts': prints('one')},
  entry: 'notify.ts',
};

const printed = async ({handler}: Loaded) => (await handler.handle(runOf(['{}'])))[0]!.output;
const told = (loaded: Loaded, text: string) =>
  vi.waitFor(() => expect(loaded.notices.join('\n')).toContain(text), patience);

describe('a module is followed:', () => {
  it('an imported file that is saved is loaded again, which is said', async () => {
    const loaded = await load(project);
    expect(await printed(loaded)).toBe('one');
    writeFileSync(join(loaded.folder, 'lib/mail.ts'), prints('two'));
    await told(loaded, 'notify.ts was loaded again: lib/mail.ts was saved.');
    expect(await printed(loaded)).toBe('two');
    expect(loaded.notices).toHaveLength(1);
  });

  it('a file that an editor replaces, twice', async () => {
    const loaded = await load(project);
    for (const text of ['two', 'three']) {
      const file = join(loaded.folder, 'lib/mail.ts');
      writeFileSync(`${file}.new`, prints(text));
      renameSync(`${file}.new`, file);
      await vi.waitFor(async () => expect(await printed(loaded)).toBe(text), patience);
    }
  });

  it('an editor that takes the file away before it writes the new one', async () => {
    const loaded = await load(project);
    const file = join(loaded.folder, 'lib/mail.ts');
    renameSync(file, `${file}~`);
    // Longer than a burst is waited for: that it is gone is looked at, and is no reason to load.
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(await printed(loaded)).toBe('one');
    writeFileSync(file, prints('two'));
    await told(loaded, 'lib/mail.ts was saved');
    expect(await printed(loaded)).toBe('two');
    expect(loaded.notices).toHaveLength(1);
  });

  it('several files saved at once are one reload', async () => {
    const loaded = await load(project);
    writeFileSync(join(loaded.folder, 'notify.ts'), `${notify}// changed\n`);
    writeFileSync(join(loaded.folder, 'lib/mail.ts'), prints('two'));
    await told(loaded, 'was loaded again');
    expect(await printed(loaded)).toBe('two');
    expect(loaded.notices).toEqual(['notify.ts was loaded again: lib/mail.ts and 1 more were saved.']);
  });

  it('what cannot be loaded leaves the version before, says where, and is tried again when it is mended', async () => {
    const loaded = await load(project);
    const file = join(loaded.folder, 'lib/mail.ts');
    writeFileSync(file, `\n\nexport const send = (: void => {};\n`);
    await told(loaded, '(mail.ts:3:22). The version before goes on.');
    expect(await printed(loaded)).toBe('one');
    writeFileSync(file, `throw new Error('no database');\n`);
    await told(loaded, 'no database (mail.ts:1). The version before goes on.');
    writeFileSync(file, prints('two'));
    await told(loaded, 'notify.ts was loaded again: lib/mail.ts was saved.');
    expect(await printed(loaded)).toBe('two');
  });

  it('an import that is new after a reload is watched too, and one that is gone no more', async () => {
    const loaded = await load(project);
    const {folder, notices} = loaded;
    writeFileSync(join(folder, 'sms.ts'), prints('sms one'));
    writeFileSync(join(folder, 'notify.ts'), notify.replace('./lib/mail', './sms'));
    await told(loaded, 'notify.ts was saved and is loaded anew.');
    expect(await printed(loaded)).toBe('sms one');
    writeFileSync(join(folder, 'lib/mail.ts'), prints('of no use'));
    writeFileSync(join(folder, 'sms.ts'), prints('sms two'));
    await told(loaded, 'notify.ts was loaded again: sms.ts was saved.');
    expect(await printed(loaded)).toBe('sms two');
    expect(notices).toHaveLength(2);
  });

  it('an import of what is not there yet is loaded when it comes', async () => {
    const loaded = await load(project);
    const {folder} = loaded;
    writeFileSync(join(folder, 'notify.ts'), notify.replace('./lib/mail', './new/sms'));
    await told(loaded, "Cannot find module './new/sms' imported from notify.ts. The version before goes on.");
    expect(await printed(loaded)).toBe('one');
    mkdirSync(join(folder, 'new'));
    writeFileSync(join(folder, 'new/sms.ts'), prints('sms'));
    await vi.waitFor(async () => expect(await printed(loaded)).toBe('sms'), patience);
  });

  it('a file outside of its folder, an import at run time, JSON and tsconfig.json', async () => {
    const loaded = await load({
      files: {
        'package.json': commonJs,
        'app/tsconfig.json': {compilerOptions: {}},
        'app/notify.ts': `import {to} from '../shared/to';
import words from '../shared/words.json';

export async function processMessage(): Promise<void> {
  const {kind} = await import('./kind');
  console.log(kind, words.word, to);
}
`,
        'app/kind.ts': `export const kind: string = 'mail';\n`,
        'shared/to.ts': `export const to: string = 'u';\n`,
        'shared/words.json': {word: 'to'},
      },
      entry: 'app/notify.ts',
    });
    const {folder} = loaded;
    expect(await printed(loaded)).toBe('mail to u');
    writeFileSync(join(folder, 'shared/to.ts'), `export const to: string = 'v';\n`);
    await told(loaded, 'notify.ts was loaded again: ../shared/to.ts was saved.');
    expect(await printed(loaded)).toBe('mail to v');
    writeFileSync(join(folder, 'app/kind.ts'), `export const kind: string = 'sms';\n`);
    await told(loaded, 'notify.ts was loaded again: kind.ts was saved.');
    expect(await printed(loaded)).toBe('sms to v');
    writeFileSync(join(folder, 'shared/words.json'), '{"word": "for"}');
    await told(loaded, '../shared/words.json was saved');
    expect(await printed(loaded)).toBe('sms for v');
    writeFileSync(join(folder, 'app/tsconfig.json'), '{}');
    await told(loaded, 'tsconfig.json was saved');
  });

  it.each([
    ['.mjs', `import {send} from './lib/mail.mjs';\nexport const processMessage = () => send();\n`],
    ['.cjs', `const {send} = require('./lib/mail.cjs');\nexports.processMessage = () => send();\n`],
  ])('what Node loads by itself: %s', async (extension, code) => {
    const name = `lib/mail${extension}`;
    const says = (text: string) =>
      `${extension === '.mjs' ? 'export const send' : 'exports.send'} = () => console.log('${text}');\n`;
    const entry = `notify${extension}`;
    const loaded = await load({files: {[entry]: code, [name]: says('one')}, entry});
    expect(await printed(loaded)).toBe('one');
    writeFileSync(join(loaded.folder, name), says('two'));
    await told(loaded, `${entry} was loaded again: ${name} was saved.`);
    expect(await printed(loaded)).toBe('two');
  });

  it('a folder that is taken away and comes back, as by a checkout', async () => {
    const loaded = await load(project);
    const lib = join(loaded.folder, 'lib');
    rmSync(lib, {recursive: true});
    await new Promise(resolve => setTimeout(resolve, 200)); // As above.
    mkdirSync(lib);
    writeFileSync(join(lib, 'mail.ts'), prints('two'));
    await vi.waitFor(async () => expect(await printed(loaded)).toBe('two'), patience);
    writeFileSync(join(lib, 'mail.ts'), prints('three'));
    await vi.waitFor(async () => expect(await printed(loaded)).toBe('three'), patience);
  });

  it('what is installed is not watched, and nothing is written into the project', async () => {
    const loaded = await load({
      files: {
        'package.json': commonJs,
        'notify.ts': `import {kind} from 'kinds';\nexport const processMessage = () => console.log(kind);\n`,
        'node_modules/kinds/package.json': {name: 'kinds', main: 'index.js'},
        'node_modules/kinds/index.js': `exports.kind = 'mail';\n`,
      },
      entry: 'notify.ts',
    });
    expect(await printed(loaded)).toBe('mail');
    writeFileSync(join(loaded.folder, 'node_modules/kinds/index.js'), `exports.kind = 'sms';\n`);
    writeFileSync(join(loaded.folder, 'notes.md'), 'not of the module');
    unlinkSync(join(loaded.folder, 'notes.md'));
    writeFileSync(
      join(loaded.folder, 'notify.ts'),
      `export const processMessage = () => console.log('own');\n`,
    );
    await told(loaded, 'is loaded anew');
    expect(loaded.notices).toHaveLength(1);
    const {globSync} = await import('node:fs');
    expect(globSync('**/*', {cwd: loaded.folder, exclude: ['node_modules/kinds']}).sort()).toEqual([
      'node_modules',
      'notify.ts',
      'package.json',
    ]);
  });

  it('the message in hand is finished by the code that began it, the next is the new code’s', async () => {
    const code = (text: string) => `import {existsSync, writeFileSync} from 'node:fs';

export async function processMessage(): Promise<void> {
  writeFileSync(__dirname + '/begun', '');
  while (!existsSync(__dirname + '/go')) await new Promise(resolve => setTimeout(resolve, 10));
  console.log('${text}');
}
`;
    const files = {'package.json': commonJs, 'notify.ts': code('old')};
    const loaded = await load({files, entry: 'notify.ts'}, 60_000);
    const {folder} = loaded;
    const inHand = loaded.handler.handle(runOf(['{}', '{}', '{}']));
    await vi.waitFor(() => expect(existsSync(join(folder, 'begun'))).toBe(true), patience);
    writeFileSync(join(folder, 'notify.ts'), code('new'));
    await told(loaded, 'is loaded anew');
    writeFileSync(join(folder, 'go'), '');
    expect(await inHand).toMatchObject([{status: 'processed', output: 'old'}]);
    expect(await printed(loaded)).toBe('new');
  });
});
