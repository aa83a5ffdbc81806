/** A step into parsed JSON: a name, a place in an array, or every element. */
type Step = string | number | typeof every;
const every = Symbol('every element');

/** Enough for any column; a value may be a megabyte. In UTF-16 units. */
const mostShown = 256;

/**
 * Compiles a path such as `type`, `user.email`, `recipients[0].address`, `data["a.b"]` or `to[].address`. The function
 * answers short text for a column: '' where there is nothing, the first of several with `+N` for the others. A name
 * asked of an array is asked of each of its elements. An integer that parsing may have rounded has `≈` before it.
 *
 * @throws when the path cannot be read
 */
export function picker(path: string): (value: unknown) => string {
  const steps = stepsOf(path);
  return value => {
    let found: readonly unknown[] = [value];
    for (const step of steps) found = found.flatMap(each => follow(each, step));
    return shown(found.length === 1 ? found[0] : found);
  };
}

const pickers = new Map<string, (value: unknown) => string>();

/** What lies at `path` in parsed JSON, see `picker`. '' for a path that cannot be read. */
export function pick(value: unknown, path: string): string {
  let picks = pickers.get(path);
  if (!picks) {
    try {
      picks = picker(path);
    } catch {
      picks = () => '';
    }
    if (pickers.size >= 64) pickers.clear();
    pickers.set(path, picks);
  }
  return picks(value);
}

const stepPattern = /\.?([^.[\]]+)|\[(\d*)\]|\["((?:[^"\\]|\\.)*)"\]/y;

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  stepPattern.lastIndex = 0;
  while (stepPattern.lastIndex < path.length) {
    const at = stepPattern.lastIndex;
    const found = stepPattern.exec(path);
    if (!found || (at === 0 && path.startsWith('.')))
      throw new Error(`no path: ${path} (at character ${at + 1})`);
    const [, name, index, quoted] = found;
    if (name !== undefined) steps.push(name);
    else if (quoted !== undefined) steps.push(JSON.parse(`"${quoted}"`) as string);
    else steps.push(index === '' ? every : Number(index));
  }
  if (steps.length === 0) throw new Error('no path: it is empty');
  return steps;
}

function follow(value: unknown, step: Step): readonly unknown[] {
  if (Array.isArray(value)) {
    if (step === every) return value;
    if (typeof step === 'number') return step < value.length ? [value[step]] : [];
    return value.flatMap(each => (Array.isArray(each) ? [] : follow(each, step)));
  }
  if (typeof value !== 'object' || value === null || typeof step === 'symbol') return [];
  // Only what stands in the JSON: `constructor` and its like do not.
  return Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : [];
}

function shown(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '';
    const first = Array.isArray(value[0]) ? '[…]' : shown(value[0]);
    return value.length === 1 ? first : `${first} +${value.length - 1}`;
  }
  switch (typeof value) {
    case 'string':
      return value.length > mostShown ? `${value.slice(0, mostShown)}…` : value;
    case 'number':
      return Number.isInteger(value) && !Number.isSafeInteger(value) ? `≈${value}` : `${value}`;
    case 'boolean':
      return `${value}`;
    case 'object':
      return value === null ? 'null' : '{…}';
    default:
      return '';
  }
}
