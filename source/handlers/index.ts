import type {Handler} from '../flow/handler.ts';
import {createBuiltInHandler} from './built-in.ts';

/** Which processing code to use. */
export type HandlerChoice = {readonly kind: 'built-in'} | {readonly kind: 'module'; readonly path: string};

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
      return createBuiltInHandler();
    case 'module': {
      const {createModuleHandler} = await import('./module/module-handler.ts');
      return createModuleHandler(choice.path, {timeout, onNotice});
    }
  }
}
