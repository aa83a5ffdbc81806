import process from 'node:process';
import {render} from 'ink';
import type {Session} from '../session/session.ts';
import {App} from './app.tsx';
import type {Desk} from './desk.ts';
import type {MessageColumns} from './panes/message-row.ts';
import {createTheme} from './theme.ts';

export type Interface = {
  /** Gives the terminal back; resolves when it is as it was. */
  close(): Promise<void>;
  /** Gives the terminal back at once, when nothing else can be waited for. */
  restore(): void;
  /** Hands the terminal to another program meanwhile. */
  suspend(during: () => Promise<void>): Promise<void>;
  /** Resolves when the first drawing is on the screen. */
  readonly drawn: Promise<void>;
};

/** Draws the desk on the whole terminal until it is closed. */
export function openInterface(desk: Desk, columns: MessageColumns): Interface {
  const session: Session = desk.session;
  let suspend: Interface['suspend'] = async during => during();
  let firstDrawn = () => {};
  const drawn = new Promise<void>(resolve => {
    firstDrawn = resolve;
  });
  const instance = render(
    <App
      desk={desk}
      theme={createTheme(process.env)}
      columns={columns}
      onReady={suspendTerminal => {
        suspend = suspendTerminal;
      }}
    />,
    {
      alternateScreen: true,
      incrementalRendering: true,
      maxFps: 60,
      exitOnCtrlC: false,
      patchConsole: true,
      onRender: ({renderTime}) => {
        session.drew(renderTime);
        firstDrawn();
      },
    },
  );
  return {
    drawn,
    restore: () => instance.unmount(),
    suspend: during => suspend(during),
    async close() {
      instance.unmount();
      await instance.waitUntilExit().catch(() => {});
    },
  };
}
