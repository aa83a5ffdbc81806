import {realpathSync} from 'node:fs';
import {registerHooks} from 'node:module';
import {dirname, isAbsolute, resolve, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {versionOf} from '../file-version.ts';

/** A file of the person's that the module is made of, and which version of it. */
export type UsedFile = {readonly file: string; readonly version: string};

/** Notes which files the module is made of, whoever loads them; not what is installed. Tells of new ones together. */
export class UsedFiles {
  readonly #told = new Set<string>();
  readonly #tell: (files: readonly UsedFile[]) => void;
  #new: UsedFile[] = [];

  constructor(tell: (files: readonly UsedFile[]) => void) {
    this.#tell = tell;
  }

  note(path: string): void {
    const file = realPath(path);
    if (this.#told.has(file) || file.includes(`${sep}node_modules${sep}`)) return;
    this.#told.add(file);
    if (this.#new.length === 0) setImmediate(() => this.tellNow());
    this.#new.push({file, version: versionOf(file)});
  }

  tellNow(): void {
    if (this.#new.length > 0) this.#tell(this.#new);
    this.#new = [];
  }

  /** Sees what Node resolves in this thread, by `import` and by `require`, also long after the start. */
  watchNode(own: string): void {
    registerHooks({
      resolve: (specifier, context, next) => {
        const isOurs = !context.parentURL?.startsWith('file:') || context.parentURL.startsWith(own);
        if (isOurs) return next(specifier, context);
        try {
          const resolved = next(specifier, context);
          if (resolved.url.startsWith('file:')) this.note(fileURLToPath(resolved.url));
          return resolved;
        } catch (error) {
          this.noteMissing(specifier, fileURLToPath(context.parentURL!));
          throw error;
        }
      },
    });
  }

  /** What is not there may come: where it would be is worth a look. */
  noteMissing(specifier: string, from: string): void {
    if (specifier.startsWith('.') || isAbsolute(specifier)) this.note(resolve(dirname(from), specifier));
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
