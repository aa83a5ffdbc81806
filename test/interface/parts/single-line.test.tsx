import {render} from 'ink-testing-library';
import {useState} from 'react';
import {expect, it} from 'vitest';
import {SingleLine} from '../../../source/interface/parts/single-line.tsx';

function Line() {
  const [value, setValue] = useState('');
  return <SingleLine value={value} wasCommand={() => false} onChange={setValue} />;
}

it.each([
  ['one after the other', ['a', 'b', 'c', '\u007F', 'd'], 'abd'],
  ['three backspaces before any of them is drawn', ['abcdef', ['\u007F', '\u007F', '\u007F']], 'abc'],
  [
    'backspaces and letters before any of them is drawn',
    ['abcdef', ['\u007F', '\u007F', 'x', 'y']],
    'abcdxy',
  ],
  ['more backspaces than there are letters', ['ab', ['\u007F', '\u007F', '\u007F'], 'c'], 'c'],
] as const)('keys that come fast are all heard: %s', async (_, inputs, expected) => {
  const {stdin, lastFrame, unmount} = render(<Line />);
  const shown = () => (lastFrame() ?? '').trim();
  for (const input of inputs) {
    const before = shown();
    for (const each of [input].flat()) stdin.write(each as string);
    await expect.poll(() => shown() !== before, {timeout: 5000}).toBe(true);
  }
  await expect.poll(shown, {timeout: 5000}).toBe(expected);
  unmount();
});
