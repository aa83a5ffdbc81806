import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type Area, type Layout, layoutOf} from '../../source/interface/layout.ts';

const columns = fc.integer({min: 1, max: 400});
const rows = fc.integer({min: 1, max: 150});
const partitions = fc.integer({min: 0, max: 1000});

/** Rows and columns that the areas take, with the header and the hints. */
function taken(layout: Exclude<Layout, {kind: 'too-small'}>): Area {
  switch (layout.kind) {
    case 'single':
      return {width: layout.body.width, height: layout.body.height + 2};
    case 'stacked':
      return {width: layout.upper.width, height: layout.upper.height + layout.consumer.height + 2};
    case 'wide':
      return {
        width: layout.payload.width + 1 + layout.consumer.width,
        height: layout.topic.height + layout.payload.height + layout.deliveries.height + 2,
      };
  }
}

const areasOf = ({kind: _, ...areas}: Layout) => Object.values(areas) as Area[];

describe('the layout', () => {
  it('fills every screen exactly', () => {
    fc.assert(
      fc.property(columns, rows, partitions, (width, height, count) => {
        const layout = layoutOf(width, height, count);
        if (layout.kind === 'too-small') {
          expect(width < 60 || height < 16).toBe(true);
          return;
        }
        expect(taken(layout)).toEqual({width, height});
        if (layout.kind !== 'wide') return;
        expect(layout.topic.width).toBe(width);
        expect(layout.deliveries.width).toBe(layout.payload.width);
        expect(layout.consumer.height).toBe(layout.payload.height + layout.deliveries.height);
      }),
    );
  });

  it('leaves every pane a title and two rows, also beside a question', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 60, max: 400}),
        fc.integer({min: 16, max: 150}),
        partitions,
        fc.constantFrom(0, 2, 3, 6),
        (width, height, count, reserved) => {
          for (const area of areasOf(layoutOf(width, height, count, reserved))) {
            expect(area.height).toBeGreaterThanOrEqual(2);
            expect(area.width).toBeGreaterThanOrEqual(40);
          }
        },
      ),
    );
  });

  it.each([
    [40, 10, 'too-small'],
    [59, 50, 'too-small'],
    [200, 15, 'too-small'],
    [60, 16, 'single'],
    [79, 50, 'single'],
    [80, 24, 'stacked'],
    [119, 50, 'stacked'],
    [120, 40, 'wide'],
    [200, 50, 'wide'],
  ])('at %i×%i is %s', (width, height, kind) => {
    expect(layoutOf(width, height, 3).kind).toBe(kind);
  });
});
