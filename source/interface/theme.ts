/** Puts a style on a text and takes it off again. The text is safe already. */
export type Style = (text: string) => string;

export type Theme = {
  readonly good: Style;
  readonly waiting: Style;
  readonly bad: Style;
  readonly quiet: Style;
  readonly strong: Style;
  readonly accent: Style;
  /** The bar over the pane that has the focus, and over the others. */
  readonly title: Style;
  readonly otherTitle: Style;
  readonly selected: Style;
  readonly cursor: Style;
  readonly key: Style;
  readonly string: Style;
  readonly number: Style;
  readonly literal: Style;
  /** The column between two panes. */
  readonly gap: Style;
};

const plain: Style = text => text;

function sgr(on: string, off: string): Style {
  const begin = `\u001B[${on}m`;
  const end = `\u001B[${off}m`;
  return text => (text === '' ? '' : begin + text + end);
}

/**
 * The terminal's own sixteen colours, which its owner has chosen to be readable on their background; with NO_COLOR
 * (no-color.org) only weight and inversion, since every state has a glyph and a word too.
 */
export function createTheme(environment: Readonly<Record<string, string | undefined>>): Theme {
  const shape = {
    quiet: sgr('2', '22'),
    strong: sgr('1', '22'),
    cursor: sgr('7', '27'),
    selected: sgr('7', '27'),
  };
  if (environment.NO_COLOR) {
    return {
      ...shape,
      good: plain,
      waiting: plain,
      bad: shape.strong,
      accent: shape.strong,
      title: sgr('1;7', '22;27'),
      otherTitle: sgr('4', '24'),
      key: plain,
      string: plain,
      number: plain,
      literal: plain,
      gap: sgr('7', '27'),
    };
  }
  return {
    ...shape,
    good: sgr('32', '39'),
    waiting: sgr('33', '39'),
    bad: sgr('31', '39'),
    accent: sgr('36', '39'),
    title: sgr('1;97;44', '22;39;49'),
    otherTitle: sgr('97;100', '39;49'),
    key: sgr('36', '39'),
    string: sgr('32', '39'),
    number: sgr('33', '39'),
    literal: sgr('35', '39'),
    gap: sgr('100', '49'),
  };
}
