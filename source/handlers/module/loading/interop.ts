import {createRequire} from 'node:module';
import process from 'node:process';
import {isModuleNamespaceObject} from 'node:util/types';

const require = createRequire(import.meta.url);
const namesItself = Number.parseInt(process.versions.node, 10) >= 23;

type Names = Record<string, unknown>;
type Import = (specifier: string, ...more: unknown[]) => Promise<unknown>;

/**
 * What `import` gives in a file that was compiled: its names stay alive (jiti's own way keeps the first value of each for
 * good, so that `export let client` is undefined for ever to whoever read it early), and CommonJS has a default.
 */
export function importsOf(original: Import, isEsModule: boolean): Import {
  const imports: Import = async (specifier, ...more) =>
    namesOf(await original(specifier, ...more), isEsModule);
  return Object.assign(imports, original);
}

/** `isEsModule`: the importing file is one for Node, where a CommonJS module's default is all that it exports. */
function namesOf(found: unknown, isEsModule: boolean): unknown {
  if (isModuleNamespaceObject(found)) {
    const exported = commonJsOf(found as Names);
    if (exported === notCommonJs) return found;
    return !isEsModule && hasMark(exported) ? exported : withDefault(exported);
  }
  return hasMark(found) ? found : withDefault(found);
}

const notCommonJs = Symbol('not CommonJS');

/** What a CommonJS module exports, of its namespace. Node has it there from 23 on; before, what was loaded tells. */
function commonJsOf(namespace: Names): unknown {
  if ('module.exports' in namespace) return namespace['module.exports'];
  const {default: exported} = namespace;
  if (namesItself || !isObject(exported)) return notCommonJs;
  const isLoaded = Object.values(require.cache).some(module => module?.exports === exported);
  return isLoaded ? exported : notCommonJs;
}

/** Compiled from an ES module, which `__esModule` tells. */
function hasMark(exported: unknown): boolean {
  return isObject(exported) && Boolean((exported as Names).__esModule);
}

const views = new WeakMap<object, object>();

/** What a CommonJS module exports, with all of it as `default`. */
function withDefault(exported: unknown): unknown {
  if (!isObject(exported)) return {default: exported};
  const known = views.get(exported);
  if (known) return known;
  const names = exported as Names;
  const get = (name: string | symbol) => (name === 'default' ? exported : Reflect.get(names, name));
  const view = new Proxy({} as Names, {
    get: (_, name) => get(name),
    has: (_, name) => name === 'default' || Reflect.has(names, name),
    ownKeys: () => [...new Set([...Reflect.ownKeys(names), 'default'])],
    getOwnPropertyDescriptor: (_, name) =>
      name === 'default' || Object.hasOwn(names, name)
        ? {value: get(name), enumerable: true, configurable: true, writable: true}
        : undefined,
  });
  views.set(exported, view);
  return view;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
