import {readFileSync, statSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, isAbsolute, join, resolve} from 'node:path';
import {parse} from 'jsonc-parser';

/** What a tsconfig.json says about the code that comes of a file. */
export type CodeOptions = {
  readonly experimentalDecorators?: boolean;
  readonly emitDecoratorMetadata?: boolean;
  readonly target?: string;
  readonly useDefineForClassFields?: boolean;
  readonly jsx?: string;
  readonly jsxFactory?: string;
  readonly jsxFragmentFactory?: string;
  readonly jsxImportSource?: string;
};

type Config = {readonly extends?: string | readonly string[]; readonly compilerOptions?: CodeOptions};

/** The tsconfig.json files around the person's code, each read once. */
export class TsConfigs {
  readonly #found = new Map<string, CodeOptions | null>();
  readonly #read: (file: string) => void;

  /** `read` hears of every file that counted. */
  constructor(read: (file: string) => void) {
    this.#read = read;
  }

  /** Of the nearest tsconfig.json, with what it extends; null: there is none. */
  optionsFor(file: string): CodeOptions | null {
    return this.#optionsIn(dirname(file));
  }

  #optionsIn(folder: string): CodeOptions | null {
    const known = this.#found.get(folder);
    if (known !== undefined) return known;
    const own = join(folder, 'tsconfig.json');
    const parent = dirname(folder);
    const options = isFile(own)
      ? this.#optionsOf(own, [])
      : parent === folder
        ? null
        : this.#optionsIn(parent);
    this.#found.set(folder, options);
    return options;
  }

  #optionsOf(file: string, seen: readonly string[]): CodeOptions {
    if (seen.includes(file)) return {};
    this.#read(file);
    const config = readConfig(file);
    const options: CodeOptions = {};
    for (const extended of [config?.extends ?? []].flat()) {
      const base = baseOf(extended, file);
      if (base) Object.assign(options, this.#optionsOf(base, [...seen, file]));
    }
    return Object.assign(options, config?.compilerOptions);
  }
}

/** It has comments and trailing commas; what cannot be read says nothing. */
function readConfig(file: string): Config | undefined {
  try {
    const config: unknown = parse(readFileSync(file, 'utf8'), [], {allowTrailingComma: true});
    return typeof config === 'object' && config !== null ? config : undefined;
  } catch {
    return undefined;
  }
}

function baseOf(extended: unknown, from: string): string | null {
  if (typeof extended !== 'string') return null;
  if (/^\.{1,2}(\/|\\|$)/.test(extended) || isAbsolute(extended)) {
    const path = resolve(dirname(from), extended);
    return [path, `${path}.json`, join(path, 'tsconfig.json')].find(isFile) ?? null;
  }
  const require = createRequire(from);
  for (const name of [extended, `${extended}.json`, `${extended}/tsconfig.json`]) {
    try {
      return require.resolve(name);
    } catch {
      // The next form of the name.
    }
  }
  return null;
}

function isFile(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isFile() ?? false;
}
