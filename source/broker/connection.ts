import type {Socket} from 'node:net';
import {Reader} from './codec/reader.ts';
import {Writer} from './codec/writer.ts';
import {refusalOf} from './errors.ts';
import type {Faults, Verdict} from './faults.ts';
import {Frames} from './frames.ts';
import type {Call, Handler, State} from './handlers/handler.ts';
import {handlerByKey} from './handlers/index.ts';
import type {Limits} from './limits.ts';
import type {Memory} from './log/memory.ts';

const apiVersionsKey = 18;
/** What a client may send ahead while a request of its is at work, before it is not read any more. */
const readAhead = 1024 * 1024;

export type Surroundings = {
  readonly state: State;
  readonly faults: Faults;
  readonly limits: Limits;
  /** Requests of all connections that have come in part. */
  readonly incoming: Memory;
  address(socket: Socket): {host: string; port: number};
};

type Request = {
  readonly handler: Handler;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string;
  readonly content: unknown;
};

/** One client: its requests are answered one after the other, in their order, as Kafka does. */
export class Connection {
  readonly #socket: Socket;
  readonly #surroundings: Surroundings;
  readonly #frames: Frames;
  readonly #gone = new Set<() => void>();
  #busy = false;
  #accounted = 0;
  #hasAsked = false;
  /** ms since 1970 of the last whole request, or of when the client came. */
  #heardAt: number;

  constructor(socket: Socket, surroundings: Surroundings) {
    this.#socket = socket;
    this.#surroundings = surroundings;
    this.#frames = new Frames(surroundings.limits.frame);
    this.#heardAt = surroundings.state.clock.now();
    socket.setNoDelay(true);
    socket.on('data', chunk => this.#receive(chunk as Buffer));
    socket.on('error', () => socket.destroy());
    socket.on('timeout', () => socket.destroy());
    socket.once('close', () => this.#close());
  }

  /** Whether a request has come whole. */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  /** Since when (ms since 1970) no request has come whole; null while one is answered. */
  get silentSince(): number | null {
    return this.#busy ? null : this.#heardAt;
  }

  cut(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#frames.push(chunk);
    if (!this.#account()) this.cut();
    else if (!this.#busy) void this.#work();
    else if (this.#frames.waiting > readAhead) this.#socket.pause();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    try {
      for (let frame = this.#frames.next(); frame && !this.#socket.destroyed; frame = this.#frames.next()) {
        const answered = this.#serve(frame);
        if (answered) await answered;
        if (this.#socket.writableNeedDrain) await this.#drained();
        this.#heardAt = this.#surroundings.state.clock.now();
      }
    } catch {
      // Bytes that are no request, or one that only hanging up can answer.
      this.cut();
    }
    this.#busy = false;
    this.#account();
    if (this.#socket.isPaused() && !this.#socket.destroyed) this.#socket.resume();
  }

  /** A promise only where something has to be waited for. */
  #serve(frame: Buffer): Promise<void> | undefined {
    const request = readRequest(frame);
    this.#hasAsked = true;
    this.#heardAt = this.#surroundings.state.clock.now();
    const {faults, state} = this.#surroundings;
    const name = request.handler.api.name;
    const pause = faults.pauseOf(request.content);
    const verdict = faults.judge(name, request.content, id => state.topics.withId(id)?.name);
    if (pause || verdict.delay > 0) return this.#late(request, verdict, pause);
    return this.#handle(request, verdict, state);
  }

  async #late(request: Request, verdict: Verdict, pause: Promise<void> | null): Promise<void> {
    if (pause) await Promise.race([pause, this.#closed()]);
    const {state} = this.#surroundings;
    if (verdict.delay > 0) await new Promise<void>(resolve => state.clock.after(verdict.delay, resolve));
    if (!this.#socket.destroyed) await this.#handle(request, verdict, state);
  }

  #handle(request: Request, verdict: Verdict, state: State): Promise<void> | undefined {
    if (verdict.cut === 'before') {
      this.cut();
      return undefined;
    }
    const send = (content: unknown) => {
      if (verdict.cut === 'instead-of-answer') this.cut();
      else if (content !== null) this.#send(request, content);
    };
    if (verdict.error !== 0) {
      send({errorCode: verdict.error});
      return undefined;
    }
    const answer = this.#answer(request, verdict, state);
    if (answer instanceof Promise) return answer.then(send);
    send(answer);
    return undefined;
  }

  #answer({handler, version, clientId, content}: Request, verdict: Verdict, state: State): unknown {
    const call: Call = {
      version,
      clientId,
      clientHost: this.#socket.remoteAddress ?? '',
      address: this.#surroundings.address(this.#socket),
      errorFor: verdict.errorFor,
      onGone: gone => {
        this.#gone.add(gone);
        return () => this.#gone.delete(gone);
      },
    };
    try {
      return handler.handle(content, call, state);
    } catch (error) {
      if (!('errorCode' in handler.api.response)) throw error;
      return {errorCode: refusalOf(error).code};
    }
  }

  #send({handler: {api}, version, correlationId}: Request, content: unknown): void {
    const writer = new Writer();
    writer.int32(0);
    writer.int32(correlationId);
    // Who asks for versions does not know yet which header it would get.
    const written = api.serves(version) ? version : 0;
    if (api.isFlexible(written) && api.key !== apiVersionsKey) writer.unsignedVarInt(0);
    api.writeResponse(writer, written, content as never);
    const length = writer.length;
    const pieces = writer.finish();
    pieces[0]!.writeInt32BE(length - 4, 0);
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }

  /** Counts what waits here among what waits everywhere. False when that is too much. */
  #account(): boolean {
    const {incoming} = this.#surroundings;
    const waiting = this.#socket.destroyed ? 0 : this.#frames.waiting;
    incoming.give(this.#accounted);
    this.#accounted = 0;
    if (!incoming.take(waiting)) return false;
    this.#accounted = waiting;
    return true;
  }

  #drained(): Promise<void> {
    return Promise.race([
      new Promise<void>(resolve => this.#socket.once('drain', () => resolve())),
      this.#closed(),
    ]);
  }

  #closed(): Promise<void> {
    return new Promise(resolve => {
      if (this.#socket.destroyed) resolve();
      else this.#socket.once('close', () => resolve());
    });
  }

  #close(): void {
    this.#account();
    for (const gone of [...this.#gone]) gone();
    this.#gone.clear();
  }
}

/** Throws where the bytes are no request that is served. */
function readRequest(frame: Buffer): Request {
  const reader = new Reader(frame);
  const key = reader.int16();
  const version = reader.int16();
  const correlationId = reader.int32();
  const handler = handlerByKey.get(key);
  if (!handler) throw new Error(`API ${key} is not served`);
  const {api} = handler;
  const idLength = reader.int16();
  const clientId = idLength < 0 ? '' : reader.text(idLength);
  if (!api.serves(version)) {
    if (key === apiVersionsKey) return {handler, version, correlationId, clientId, content: {}};
    throw new Error(`${api.name} ${version} is not served`);
  }
  if (api.isFlexible(version)) reader.skipTags();
  return {handler, version, correlationId, clientId, content: api.readRequest(reader, version)};
}
