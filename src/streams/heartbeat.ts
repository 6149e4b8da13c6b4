// Whether the peer is still there: a ping after a while of silence, and an end where nothing answers it.

import { clearTimeout, setTimeout } from './clock.ts';

/** Milliseconds. */
export interface HeartbeatOptions {
  /** Silence after which a ping is sent. */
  interval: number;
  /** Silence after a ping that means the peer is gone. Default: the interval. */
  timeout?: number;
}

export class Heartbeat {
  private readonly interval: number;
  private readonly timeout: number;
  private readonly ping: () => void;
  private readonly onDead: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    { interval, timeout = interval }: HeartbeatOptions,
    ping: () => void,
    onDead: () => void,
  ) {
    this.interval = milliseconds('heartbeat.interval', interval);
    this.timeout = milliseconds('heartbeat.timeout', timeout);
    this.ping = ping;
    this.onDead = onDead;
  }

  /** Starts to wait: the transport is being read, and whatever comes will be heard. */
  listen(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.ping();
      this.timer = setTimeout(this.onDead, this.timeout);
    }, this.interval);
  }

  /** Something was heard, or nobody listens: silence means nothing. */
  rest(): void {
    clearTimeout(this.timer);
  }
}

/** Checks an option that is a time. */
export function milliseconds(name: string, value: unknown): number {
  // Longer, timers fire at once.
  if (typeof value === 'number' && value > 0 && value <= 0x7fffffff) return value;
  throw new RangeError(`option ${name} must be milliseconds above 0, not ${String(value)}`);
}
