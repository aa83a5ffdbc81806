import {realpathSync} from 'node:fs';
import {createJiti, type JitiOptions} from 'jiti';
import {createCompiler} from './compile.ts';
import {CompiledTexts} from './compiled-texts.ts';
import type {UsedFiles} from './used-files.ts';

/** Loads a module and all that it imports, whatever kind of JavaScript or TypeScript they are. `compiled`: see WorkerStart. */
export function loadByJiti(path: string, used: UsedFiles, compiled: string | null): Promise<unknown> {
  // As Node does: what a link leads to is where its imports are looked for.
  const file = realpathSync(path);
  const options: JitiOptions = {
    // Its own is in the project, or in a folder that all share; ours is in `CompiledTexts`.
    fsCache: false,
    moduleCache: true,
    interopDefault: false,
    sourceMaps: false,
    debug: false,
    tryNative: false,
    jsx: true,
    extensions: ['.js', '.mjs', '.cjs', '.ts', '.tsx', '.mts', '.cts', '.mtsx', '.ctsx', '.jsx', '.json'],
    transform: createCompiler(path => used.note(path), CompiledTexts.in(compiled)),
  };
  return jitiFor(file, options)
    .import(file)
    .catch((error: Error & {requireStack?: readonly string[]}) => {
      const missing = /^Cannot find module '([^']+)'/.exec(error.message)?.[1];
      const from = error.requireStack?.[0];
      if (missing && from) used.noteMissing(missing, from);
      throw error;
    });
}

/** `paths` and `baseUrl` are the tsconfig.json's beside the module or above; one that cannot be read has none. */
function jitiFor(file: string, options: JitiOptions) {
  try {
    return createJiti(file, {...options, tsconfigPaths: true});
  } catch {
    return createJiti(file, options);
  }
}
