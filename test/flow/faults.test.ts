import {expect, it} from 'vitest';
import {
  faultsAsWords,
  faultsFrom,
  type InjectedFaults,
  noFaults,
  sayFaults,
} from '../../source/flow/faults.ts';

it('reads what it writes', () => {
  const all: InjectedFaults = {
    failNext: 2,
    failEvery: 5,
    slowMs: 250,
    stopBeforeCommit: true,
    crashBeforeCommit: true,
  };
  expect(faultsFrom(faultsAsWords(all))).toEqual(all);
  expect(faultsFrom([])).toEqual(noFaults);
  expect(faultsAsWords(noFaults)).toEqual([]);
});

it('takes seconds, and fail-next alone as one', () => {
  expect(faultsFrom(['slow=1.5s', 'fail-next'])).toMatchObject({slowMs: 1500, failNext: 1});
});

it.each([
  'fail-often',
  'fail-every',
  'fail-every=0',
  'fail-next=x',
  'slow',
  'slow=fast',
  'slow=2h',
  'stop-before-commit=1',
  '',
])('refuses "%s" with a sentence that shows how it is written', word => {
  expect(() => faultsFrom([word])).toThrow(/fail-every=|slow=/);
});

it('says what is on, as a person would', () => {
  expect(sayFaults(noFaults)).toBe('');
  expect(sayFaults(faultsFrom(['fail-every=3', 'stop-before-commit']))).toBe(
    'fail every 3rd, stop before commit',
  );
  const said = [1, 2, 11, 12, 21, 112].map(failEvery => sayFaults({...noFaults, failEvery}));
  expect(said.map(text => text.split(' ').at(-1))).toEqual(['1st', '2nd', '11th', '12th', '21st', '112th']);
});
