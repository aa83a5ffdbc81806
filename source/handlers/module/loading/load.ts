import {basename} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {failureFromError} from '../failure-from-error.ts';
import type {WorkerStart} from '../protocol.ts';
import {LoadError} from './load-error.ts';
import type {UsedFiles} from './used-files.ts';

/** The module's exports. */
export async function loadModule(
  {path: file, loader, compiled}: WorkerStart,
  used: UsedFiles,
): Promise<unknown> {
  used.note(file);
  if (loader === 'node') return import(pathToFileURL(file).href);
  return (await import('./load-by-jiti.ts')).loadByJiti(file, used, compiled);
}

/** Why a module cannot be loaded, in one line, with the place where there is one. */
export function sayWhyNot(thrown: unknown): string {
  if (thrown instanceof LoadError) return thrown.message;
  const {name, message, where} = failureFromError(thrown);
  if (!(thrown instanceof Error)) return message;
  const {stack = '', requireStack} = thrown as Error & {requireStack?: readonly string[]};
  if (/^Cannot find module/.test(message) && requireStack?.[0]) {
    return `${message} imported from ${basename(requireStack[0])}`;
  }
  // A syntax error's place, when it is Node's, stands in the first line of its stack, before the message.
  const place =
    name === 'SyntaxError' && /^(file:\/\/.+|[/\\].+|[A-Za-z]:\\.+):(\d+)$/.exec(stack.split('\n', 1)[0]!);
  if (place) {
    const file = place[1]!.startsWith('file:') ? fileURLToPath(place[1]!) : place[1]!;
    return `${message} (${basename(file)}:${place[2]})`;
  }
  return where && !message.includes(where) ? `${message} (${where})` : message;
}
