// Keepalive, RFC 6455 §5.5.2: sends a ping after silence, and reports a peer that does not answer it.

import { clearTimeout, setTimeout } from './clock.ts';

/** Milliseconds. */
export interface HeartbeatOptions {
  /** Silence before a ping is sent. */
  interval: number;
  /** Silence after a ping before the connection fails. Default: the interval. */
  timeout?: number;
}

export class Heartbeat {
  private readonly interval: number;
  private readonly timeout: number;
  private readonly ping: () => void;
  private readonly onTimeout: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    { interval, timeout = interval }: HeartbeatOptions,
    ping: () => void,
    onTimeout: () => void,
  ) {
    this.interval = milliseconds('heartbeat.interval', interval);
    this.timeout = milliseconds('heartbeat.timeout', timeout);
    this.ping = ping;
    this.onTimeout = onTimeout;
  }

  /** Starts to measure silence. Only while the transport is being read: otherwise silence means nothing. */
  start(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.ping();
      this.timer = setTimeout(this.onTimeout, this.timeout);
    }, this.interval);
  }

  /** Stops: bytes have arrived, or the transport is not being read. */
  stop(): void {
    clearTimeout(this.timer);
  }
}

/** Checks an option in milliseconds. */
export function milliseconds(name: string, value: unknown): number {
  // Timers with a longer delay fire at once.
  if (typeof value === 'number' && value > 0 && value <= 0x7fffffff) return value;
  throw new RangeError(
    `option ${name} must be from above 0 to 2147483647 ms, got ${String(value)}`,
  );
}
