import type {Handler} from '../flow/handler.ts';
import {createBuiltInHandler} from './built-in.ts';

/** Which processing code to use. */
export type HandlerChoice =
  /** `schema`: the file of a JSON Schema that every value is checked against. */
  | {readonly kind: 'built-in'; readonly schema?: string}
  | {readonly kind: 'module'; readonly path: string}
  /** A program and its arguments (see `splitCommandLine`), run for each message. */
  | {readonly kind: 'command'; readonly program: readonly string[]}
  /** One that runs on and is spoken to by lines. */
  | {readonly kind: 'command-lines'; readonly program: readonly string[]}
  | {readonly kind: 'http'; readonly url: string};

export type HandlerOptions = {
  /** ms that one message may take. */
  readonly timeout?: number;
  onNotice?(text: string): void;
};

export const defaultTimeout = 30_000;

/** Rejects with a sentence for the person when the processing code cannot be used. */
export async function createHandler(choice: HandlerChoice, options: HandlerOptions = {}): Promise<Handler> {
  const timeout = options.timeout ?? defaultTimeout;
  const onNotice = (text: string) => options.onNotice?.(text);
  switch (choice.kind) {
    case 'built-in':
      if (choice.schema === undefined) return createBuiltInHandler();
      return createBuiltInHandler(await (await import('./schema.ts')).loadSchema(choice.schema));
    case 'module': {
      const {createModuleHandler} = await import('./module/module-handler.ts');
      return createModuleHandler(choice.path, {timeout, onNotice});
    }
    case 'command': {
      const {createCommandHandler} = await import('./command/command-handler.ts');
      return createCommandHandler(choice.program, {timeout});
    }
    case 'command-lines': {
      const {createLinesHandler} = await import('./command/lines-handler.ts');
      return createLinesHandler(choice.program, {timeout, onNotice});
    }
    case 'http': {
      const {createHttpHandler} = await import('./http/http-handler.ts');
      return createHttpHandler(choice.url, {timeout});
    }
  }
}
