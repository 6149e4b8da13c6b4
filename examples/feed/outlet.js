// The server's side of one client. A ping follows the ticks, and its pong proves that the client has read everything
// before it. Nothing else covers what waits in the server, in the network and in the client. A client that keeps up
// gets every tick. If too many bytes wait or a pong is late, the client is told, and gets only the latest tick of each
// instrument each time it has caught up. The server stores nothing for it but the last sequence number it was sent.

/** Consecutive timely pongs before the client gets every tick again. */
const PROMPT_TO_LIVE = 10;

export class Outlet {
  isLive = false;
  /** How often the client has fallen behind. */
  lags = 0;
  #socket;
  #market;
  #lagBytes;
  #lagTime;
  /** The sequence number of the last tick sent. */
  #last = 0;
  /** The time and payload of the unanswered ping. */
  #pingedAt;
  #pingPayload = null;
  #prompt = 0;

  /** A new client is treated as one that missed everything so far. */
  constructor(socket, market, { 'lag-bytes': lagBytes, 'lag-time': lagTime }) {
    this.#socket = socket;
    this.#market = market;
    this.#lagBytes = lagBytes;
    this.#lagTime = lagTime;
    // Only a client that has read the ping can repeat its payload. Unsolicited pongs are ignored.
    socket.on('pong', (data) => `${data}` === this.#pingPayload && this.#answered());
    this.#announce({ type: 'hello', instruments: market.instruments });
    this.#sendLatest();
    this.#goLive();
  }

  get bufferedAmount() {
    return this.#socket.bufferedAmount;
  }

  /** Milliseconds since the unanswered ping. */
  get silentFor() {
    return this.#pingedAt === undefined ? 0 : performance.now() - this.#pingedAt;
  }

  /** Takes all ticks since the last call. */
  offer(messages) {
    if (!this.isLive) return;
    if (this.bufferedAmount > this.#lagBytes || this.silentFor > this.#lagTime) {
      this.#fallBehind();
      return;
    }
    for (const message of messages) this.#socket.send(message);
    this.#last = this.#market.sequence;
  }

  /** Called periodically: continues once the client has read everything sent so far. */
  poll() {
    if (this.#pingedAt !== undefined) return;
    if (!this.isLive) {
      this.#sendLatest();
      if (this.#prompt >= PROMPT_TO_LIVE) this.#goLive();
    }
    this.#pingedAt = performance.now();
    this.#pingPayload = `${Math.random()}`;
    this.#socket.ping(this.#pingPayload);
  }

  cut() {
    this.#socket.terminate();
  }

  #answered() {
    this.#prompt = this.silentFor < this.#lagTime / 4 ? this.#prompt + 1 : 0;
    this.#pingedAt = undefined;
    this.#pingPayload = null;
  }

  #fallBehind() {
    this.isLive = false;
    this.lags++;
    this.#prompt = 0;
    this.#announce({ type: 'lagging', last: this.#last });
  }

  #goLive() {
    this.isLive = true;
    this.#announce({ type: 'live', after: this.#last });
  }

  #sendLatest() {
    for (const message of this.#market.latestAfter(this.#last)) this.#socket.send(message);
    this.#last = this.#market.sequence;
  }

  #announce(message) {
    this.#socket.send(JSON.stringify(message));
  }
}
