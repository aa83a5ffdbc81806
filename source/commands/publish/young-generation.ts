import {getHeapSpaceStatistics, setFlagsFromString} from 'node:v8';

const enough = 8 * 1024 * 1024;
let isHeld = false;

/**
 * Keeps the space for young objects from growing any further once it is large enough. Under a stream of objects that live
 * for a moment V8 lets it grow to 64 MiB and more, which makes nothing quicker here; it looks at this flag each time that
 * it would grow. To be called now and then.
 */
export function holdYoungGeneration(): void {
  if (isHeld) return;
  const young = getHeapSpaceStatistics().find(({space_name}) => space_name === 'new_space');
  if (!young || young.space_size < enough) return;
  isHeld = true;
  setFlagsFromString('--semi-space-growth-factor=1');
}
