import type {Style} from './protocol.ts';

/** The person's function. What it is given, its style says. */
export type UsersFunction = (...given: unknown[]) => unknown;

const styles: readonly Style[] = ['processMessage', 'eachMessage', 'eachBatch'];

/**
 * Finds the function in what a module exports: by its name among the exports or in the default export; a default export
 * that is a function is processMessage, unless it is called eachMessage or eachBatch. Throws a reason.
 */
export function findExported(loaded: unknown): {style: Style; call: UsersFunction} {
  const places = placesOf(loaded);
  const found = styles.flatMap(style => {
    const owner = places.find(place => typeof place[style] === 'function');
    // Called on what it was found in: it may be a method.
    return owner ? [{style, call: (owner[style] as UsersFunction).bind(owner)}] : [];
  });
  if (found.length > 1) {
    const names = found.map(({style}) => style);
    const both = names.length === 2 ? `both ${names.join(' and ')}` : `all of ${names.join(', ')}`;
    throw new Error(`it exports ${both}; keep the one that is meant`);
  }
  if (found[0]) return found[0];
  const alone = places.find(place => typeof place === 'function' && !isClass(place));
  if (alone) {
    const call = alone as unknown as UsersFunction;
    return {style: styles.find(style => style === call.name) ?? 'processMessage', call};
  }
  throw new Error(
    'it exports neither processMessage(message, context) nor KafkaJS’s eachMessage(payload) or eachBatch(payload), nor a function as its default',
  );
}

type Names = Record<string, unknown>;

/** What may have the names: the exports, their default, and the default of that, where an ES module was compiled. */
function placesOf(loaded: unknown): readonly Names[] {
  const places: Names[] = [];
  let place = loaded;
  while (isNames(place) && !places.includes(place) && places.length < 3) {
    places.push(place);
    place = place.default;
  }
  return places;
}

function isNames(value: unknown): value is Names {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}
