import {PerformanceObserver} from 'node:perf_hooks';
import {getHeapSpaceStatistics, setFlagsFromString} from 'node:v8';

const enough = 4 * 1024 * 1024;

/**
 * Keeps the space for young objects from growing any further once it is large enough. Under a stream of objects that live
 * for a moment V8 lets it grow to 128 MiB and more, which makes nothing quicker here; it looks at this flag each time that
 * it would grow, which is after it collected what is young.
 */
export function holdYoungGeneration(): void {
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({space_name}) => space_name === 'new_space');
    if (!young || young.space_size < enough) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({entryTypes: ['gc']});
}
