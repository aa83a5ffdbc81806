import type {ChildProcess} from 'node:child_process';

/** Between the polite signal and the one that cannot be refused, in ms. */
const politeMs = 1000;

/** On its own in a group, so that what it started ends with it, and so that Ctrl+C is ours to handle. */
export const inOwnGroup = process.platform !== 'win32';

/** Ends the program and all that it started: SIGTERM, and SIGKILL when it is still there after a second. */
export function endProgram(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), politeMs);
  child.once('exit', () => {
    clearTimeout(timer);
    // What it left behind has had its polite signal together with it.
    signalGroup(child, 'SIGKILL');
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (inOwnGroup) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It has ended by itself.
  }
}
