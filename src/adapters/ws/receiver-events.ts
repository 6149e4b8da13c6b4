// Who listens to a receiver: ws's own listeners, which are called directly, and those that are added later.

import { EventEmitter } from 'node:events';
import type { Method } from './internals.ts';

/** Events that ws listens to on its receiver. */
export const EVENTS = ['conclude', 'drain', 'error', 'message', 'ping', 'pong'] as const;

/** ws's own listeners: called with the receiver as `this`, which knows its WebSocket by a symbol. */
export type Listeners = Record<(typeof EVENTS)[number], Method>;

type Listener = (...args: never[]) => void;

/** EventEmitter without what its constructor allocates: few receivers get a listener before their end. */
function Emitter(): void {}
Emitter.prototype = EventEmitter.prototype;

/**
 * An EventEmitter for those who add listeners: ws does when the socket closes, for 'error' and 'finish', of
 * which one comes. Its own listeners are not among those that `listeners` returns.
 */
export class ReceiverEvents extends (Emitter as unknown as typeof EventEmitter) {
  protected own: Listeners;
  /** Whether ws has taken its listeners away. */
  protected isMuted = false;
  private isTapped = false;

  constructor(own: Listeners) {
    super();
    this.own = own;
  }

  override addListener(event: string | symbol, listener: Listener): this {
    this.tapFor(event);
    return super.addListener(event, listener as never);
  }

  override on(event: string | symbol, listener: Listener): this {
    return this.addListener(event, listener);
  }

  override prependListener(event: string | symbol, listener: Listener): this {
    this.tapFor(event);
    return super.prependListener(event, listener as never);
  }

  protected call(event: keyof Listeners, ...args: unknown[]): void {
    if (!this.isMuted) this.own[event].apply(this, args as never[]);
  }

  /** To ws, and to those who listen beside it; unlike other emitters it does not throw where nobody does. */
  protected callError(error: Error): void {
    this.call('error', error);
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }

  /** From the first listener beside ws's own, what ws gets is emitted behind it: before, that costs nothing. */
  private tapFor(event: string | symbol): void {
    if (this.isTapped || event === 'error' || !Object.hasOwn(this.own, event)) return;
    this.isTapped = true;
    const { own } = this;
    const tapped = EVENTS.map((name) => {
      function tell(this: ReceiverEvents, ...args: never[]): void {
        own[name].apply(this, args);
        this.emit(name, ...args);
      }
      return [name, name === 'error' ? own.error : tell];
    });
    this.own = Object.fromEntries(tapped) as Listeners;
  }
}
