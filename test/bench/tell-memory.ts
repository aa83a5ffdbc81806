/** Loaded into the program before it starts: at SIGUSR2 it collects what is garbage and writes what memory is left. */
import {writeFileSync} from 'node:fs';
import process from 'node:process';

process.on('SIGUSR2', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  writeFileSync(process.env.BENCH_MEMORY_FILE!, JSON.stringify(process.memoryUsage()));
});
