import {readFileSync} from 'node:fs';
import {createRequire, Module} from 'node:module';
import {dirname, extname, join} from 'node:path';
import type {JSXOptions, TransformOptions, TransformResult} from 'jiti';
import {classFields} from './class-fields.ts';
import type {CompiledTexts} from './compiled-texts.ts';
import {decorators} from './decorators.ts';
import {importsOf} from './interop.ts';
import {LoadError} from './load-error.ts';
import {type CodeOptions, TsConfigs} from './tsconfig.ts';

type Babel = (options: TransformOptions) => TransformResult;

const require = createRequire(import.meta.url);
const jitisFolder = dirname(require.resolve('jiti/package.json'));
const jitisVersion: string = require('jiti/package.json').version;
/** Of what is made of a file here; another number where that changes. */
const form = 1;
const interop = Symbol.for('kafka-notify.imports');

/** How TypeScript's own decorators are asked for in jiti's compiler, which knows the standard ones but never asks for them. */
const legacyDecorators = '{legacy:!0}';
const standardDecorators = '{version:"2023-11"}';

/**
 * jiti's transformation of one file, with what the file's tsconfig.json says. `used` hears of each file that counts;
 * `before` has what was compiled before.
 */
export function createCompiler(used: (file: string) => void, before: CompiledTexts | null): Babel {
  Object.assign(globalThis, {[interop]: importsOf});
  const tsConfigs = new TsConfigs(used);
  const packages = new PackageTypes();
  return given => {
    const file = given.filename ?? '';
    used(file);
    const config = tsConfigs.optionsFor(file);
    const options = {
      ...given,
      source: given.source.replace(/^#!.*/, ''),
      // Where imports are awaited, they are read as `importsOf` gives them; where they are required, as Babel does it.
      interopDefault: !given.async,
      jsx: /x$/.test(file) || !given.ts ? jsxOf(config, given.source) : false,
    };
    // A decorator stands before a declaration; an @ in a text only costs the other compiler's loading.
    const isStandard = given.ts && !config?.experimentalDecorators && /^\s*@[\w(]/m.test(given.source);
    const isEsModule = packages.isEsModule(file);
    const compile = () => {
      const {code, error} = (isStandard ? withStandardDecorators() : withLegacyDecorators())({
        ...options,
        babel: {...options.babel, ...(given.ts && {plugins: [decorators(config), classFields(config)]})},
      });
      if (error) throw LoadError.at(file, error);
      return given.async ? withImports(code, isEsModule) : code;
    };
    const made = [jitisVersion, form, options, config, isStandard, isEsModule];
    return {code: before ? before.of(made, compile) : compile()};
  };
}

/** On the first line and behind "use strict", so that every line stays where it was. */
function withImports(code: string, isEsModule: boolean): string {
  const before = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*\n)*(['"])use strict\1;?/.exec(code)?.[0] ?? '';
  const imports = `jitiImport = globalThis[Symbol.for(${JSON.stringify(interop.description)})](jitiImport, ${isEsModule});`;
  return before + imports + code.slice(before.length);
}

function jsxOf(config: CodeOptions | null, source: string): JSXOptions {
  const {
    jsx,
    jsxFactory: pragma,
    jsxFragmentFactory: pragmaFrag,
    jsxImportSource: importSource,
  } = config ?? {};
  const isClassic = jsx === undefined ? /\bReact\b/.test(source) : jsx === 'react' || jsx === 'react-native';
  if (isClassic)
    return {
      runtime: 'classic',
      throwIfNamespace: false,
      ...(pragma && {pragma}),
      ...(pragmaFrag && {pragmaFrag}),
    };
  return {runtime: 'automatic', throwIfNamespace: false, ...(importSource && {importSource})};
}

/** Is a file an ES module for Node, by its extension or the nearest package.json? */
class PackageTypes {
  readonly #types = new Map<string, boolean>();

  isEsModule(file: string): boolean {
    const extension = extname(file);
    if (/^\.m/.test(extension)) return true;
    return !/^\.c/.test(extension) && this.#isIn(dirname(file));
  }

  #isIn(folder: string): boolean {
    const known = this.#types.get(folder);
    if (known !== undefined) return known;
    const own = typeIn(folder);
    const parent = dirname(folder);
    const type = own ?? (parent === folder ? false : this.#isIn(parent));
    this.#types.set(folder, type);
    return type;
  }
}

function typeIn(folder: string): boolean | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).type === 'module';
  } catch {
    return null;
  }
}

let legacy: Babel | null = null;
let standard: Babel | null = null;

function withLegacyDecorators(): Babel {
  legacy ??= require(join(jitisFolder, 'dist/babel.cjs')) as Babel;
  return legacy;
}

/** The same compiler, told to take decorators as ECMAScript has them. */
function withStandardDecorators(): Babel {
  if (standard) return standard;
  const file = join(jitisFolder, 'dist/babel.cjs');
  const text = readFileSync(file, 'utf8');
  const asked = text.replace(legacyDecorators, standardDecorators);
  if (asked === text)
    throw new Error(`standard decorators cannot be compiled by this version of jiti (${file})`);
  const module = new Module(file) as Module & {_compile(code: string, file: string): void};
  module.filename = file;
  module._compile(asked, file);
  standard = module.exports as Babel;
  return standard;
}
