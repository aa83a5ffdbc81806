import {extname} from 'node:path';

/** Who loads the module: Node itself, or jiti, which takes what Node does not. */
export type Loader = 'node' | 'jiti';

/**
 * The loaders to be tried for a file, in order, each in a thread of its own. What is JavaScript is Node's, with Node's own
 * meaning of it, and jiti's only where Node refuses its text or its imports. TypeScript and JSX are jiti's at once: Node
 * strips types, which is a part of TypeScript, and would come upon the rest only when a message is there (`await
 * import('./lib')`).
 */
export function loadersFor(file: string): readonly [Loader, ...Loader[]] {
  return ['.js', '.mjs', '.cjs'].includes(extname(file)) ? ['node', 'jiti'] : ['jiti'];
}

const refusals = new Set([
  'ERR_IMPORT_ATTRIBUTE_MISSING',
  'ERR_MODULE_NOT_FOUND',
  'ERR_REQUIRE_ASYNC_MODULE',
  'ERR_REQUIRE_CYCLE_MODULE',
  'ERR_REQUIRE_ESM',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNKNOWN_MODULE_FORMAT',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'MODULE_NOT_FOUND',
]);

/** Is it Node that would not load, and not the module's own code that threw? */
export function isNodesRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const {code, message} = error as Error & {code?: string};
  if (code !== undefined && refusals.has(code)) return true;
  // Files of the CommonJS kind with `import`, `import.meta`, `await` or types in them; and `require` in ES modules.
  return (
    error instanceof SyntaxError ||
    /^(require|module|exports|__dirname|__filename) is not defined/.test(message)
  );
}
