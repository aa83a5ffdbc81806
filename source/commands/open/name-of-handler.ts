import {basename} from 'node:path';
import type {HandlerChoice} from '../../handlers/index.ts';

/** What a person calls their processing code, before it is loaded. */
export function nameOfHandler(choice: HandlerChoice): string {
  switch (choice.kind) {
    case 'built-in':
      return choice.schema === undefined ? 'JSON check' : basename(choice.schema);
    case 'module':
      return basename(choice.path);
    case 'command':
    case 'command-lines':
      return choice.program.join(' ');
    case 'http':
      return URL.canParse(choice.url) ? new URL(choice.url).origin + new URL(choice.url).pathname : 'HTTP';
  }
}
