import {basename, dirname, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Failure} from '../../flow/outcome.ts';

/** What the person's code threw, which may be anything, as a failure. */
export function failureFromError(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) {
    return {
      name: 'thrown',
      message: `the handler threw ${describe(thrown)}, which is no Error`,
      permanent: false,
    };
  }
  const {name, message} = thrown;
  const stack = thrown.stack && usersStack(thrown.stack);
  const where = stack && userFrame(stack);
  return {
    name: String(name),
    message: String(message).split('\n', 1)[0]!,
    permanent: isPermanent(thrown),
    ...(stack && {stack: stack.slice(0, 16_384)}),
    ...(where && {where}),
  };
}

/** An error says that trying again cannot help by `permanent: true`, `retryable: false`, or its name PermanentError. */
function isPermanent(error: Error): boolean {
  const {permanent, retryable} = error as {permanent?: unknown; retryable?: unknown};
  return permanent === true || retryable === false || error.name === 'PermanentError';
}

/** Where the code of this thread is: `dist`, or this folder. */
const own = `${dirname(fileURLToPath(import.meta.url))}${sep}`;
const loaders = `${sep}node_modules${sep}jiti${sep}`;

/** The stack without our frames and those of what loads the module. */
function usersStack(stack: string): string {
  return stack
    .split('\n')
    .filter(line => {
      const frame = frameOf(line);
      return !frame || !(frame.path.startsWith(own) || frame.path.includes(loaders));
    })
    .join('\n');
}

/** `notify.ts:14`: the innermost frame that is the person's, neither Node's nor of what is installed. */
function userFrame(stack: string): string | null {
  for (const line of stack.split('\n').slice(1)) {
    const frame = frameOf(line);
    if (!frame || frame.path.startsWith('node:')) continue;
    if (frame.path.includes(`${sep}node_modules${sep}`)) continue;
    return `${basename(frame.path)}:${frame.line}`;
  }
  return null;
}

/** `    at send (file:///home/u/mail.ts:4:9)`, or without a name; null where the line is no frame in a file. */
function frameOf(line: string): {path: string; line: string} | null {
  const match =
    /^\s+at (?:.*? \()?(?:async )?((?:file:\/\/|node:|[/\\]|[A-Za-z]:[/\\]).*?):(\d+):\d+\)?$/.exec(line);
  if (!match) return null;
  try {
    return {path: match[1]!.startsWith('file:') ? fileURLToPath(match[1]!) : match[1]!, line: match[2]!};
  } catch {
    return null;
  }
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === 'object' && thrown !== null ? JSON.stringify(thrown) : String(thrown);
  } catch {
    return typeof thrown;
  }
}
