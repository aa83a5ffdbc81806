import {readFileSync} from 'node:fs';
import {inflateRawSync} from 'node:zlib';

const endOfDirectory = 0x0605_4b50;

/** The texts inside a jar whose names fit, by name. A jar is a zip file; what is needed of that format is little. */
export function textsInJar(path: string, fits: (name: string) => boolean): Map<string, string> {
  const jar = readFileSync(path);
  let end = jar.length - 22;
  while (end >= 0 && jar.readUInt32LE(end) !== endOfDirectory) end--;
  if (end < 0) throw new Error(`${path} is no jar`);
  const texts = new Map<string, string>();
  let at = jar.readUInt32LE(end + 16);
  for (let left = jar.readUInt16LE(end + 10); left > 0; left--) {
    const isDeflated = jar.readUInt16LE(at + 10) === 8;
    const size = jar.readUInt32LE(at + 20);
    const nameSize = jar.readUInt16LE(at + 28);
    const name = jar.toString('utf8', at + 46, at + 46 + nameSize);
    const local = jar.readUInt32LE(at + 42);
    if (fits(name)) {
      const data = local + 30 + jar.readUInt16LE(local + 26) + jar.readUInt16LE(local + 28);
      const bytes = jar.subarray(data, data + size);
      texts.set(name, (isDeflated ? inflateRawSync(bytes) : bytes).toString('utf8'));
    }
    at += 46 + nameSize + jar.readUInt16LE(at + 30) + jar.readUInt16LE(at + 32);
  }
  return texts;
}
