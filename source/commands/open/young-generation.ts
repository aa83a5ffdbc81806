import process from 'node:process';
import v8 from 'node:v8';

/** Bytes from which on the young generation grows no more: more saves little time, and is never given back. */
const enough = 16 * 1024 * 1024;
const lookInterval = 250;
/** V8 that is known to have the flag; of one that has not, it would complain on the terminal. */
const [oldest, newest] = [12, 14];

/**
 * Keeps memory flat under load. V8 lets the young generation grow with the garbage that a second makes and keeps its
 * emptied pages for good (at 50,000 messages a second that is more than all that the program holds). Its greatest size
 * can only be chosen when Node starts, but by how much it grows each time is looked up whenever it does.
 */
export function limitYoungGeneration(): void {
  const major = Number.parseInt(process.versions.v8, 10);
  if (major < oldest || major > newest) return;
  const timer = setInterval(() => {
    if (youngGeneration() < enough) return;
    clearInterval(timer);
    v8.setFlagsFromString('--semi-space-growth-factor=1');
  }, lookInterval);
  timer.unref();
}

/** Bytes that it takes now. */
export function youngGeneration(): number {
  return v8.getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size ?? 0;
}
