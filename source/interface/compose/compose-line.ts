import type {Desk} from '../desk.ts';
import type {Line} from '../key-gate.tsx';
import type {Overlay} from '../screen.ts';
import {submitBulk} from './bulk-form.ts';
import {matchingDrafts, saveTemplate, takeChoice} from './choose-draft.ts';

/** Overlays of composing in which text is typed. */
export const textOverlays: readonly Overlay['kind'][] = ['drafts', 'save-template', 'bulk'];

/** The single line that is being written in one of them, how it is set, and what Enter does; null: none is. */
export function composeLine(desk: Desk): Required<Line> | null {
  const {screen} = desk;
  const {overlay} = screen;
  switch (overlay?.kind) {
    case 'drafts':
      return {
        text: overlay.query,
        set: query => screen.change({overlay: {...overlay, query, at: 0}}),
        submit: () => takeChoice(desk, matchingDrafts(overlay.query)[overlay.at]),
      };
    case 'save-template':
      return {
        text: overlay.name,
        set: name => screen.change({overlay: {...overlay, name}}),
        submit: () => saveTemplate(desk, overlay.name),
      };
    case 'bulk':
      return {
        text: overlay[overlay.field],
        set: text => screen.change({overlay: {...overlay, [overlay.field]: text}}),
        submit: () => void submitBulk(desk, overlay),
      };
    default:
      return null;
  }
}
