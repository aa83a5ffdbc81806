import {basename} from 'node:path';
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
  const {name, message, stack} = thrown;
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

/** `notify.ts:14`: the innermost frame that is neither Node's nor ours. */
function userFrame(stack: string): string | null {
  for (const line of stack.split('\n').slice(1)) {
    const match = /(?:\(|at )(?:async )?((?:file:\/\/)?[^\s()]+):(\d+):\d+\)?$/.exec(line.trim());
    if (!match || match[1]!.startsWith('node:') || match[1]!.includes('/node_modules/')) continue;
    const path = match[1]!.startsWith('file:') ? fileURLToPath(match[1]!) : match[1]!;
    return `${basename(path)}:${match[2]}`;
  }
  return null;
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === 'object' && thrown !== null ? JSON.stringify(thrown) : String(thrown);
  } catch {
    return typeof thrown;
  }
}
