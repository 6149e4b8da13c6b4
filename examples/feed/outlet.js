// One client's end of the feed. A ping follows what it is sent, and its pong says that all before is read: of
// what waits in the server, in the network and in the client, nothing else tells. As long as it keeps up it
// gets every tick. Once too many bytes wait, or a pong too long, it is told so and gets the newest tick of each
// instrument whenever it has read all before: of what it missed nothing is kept but the number of the last
// tick it was sent.

/** Pongs in time, one after another, before it is trusted with every tick again. */
const PROMPT_TO_LIVE = 10;

export class Outlet {
  isLive = false;
  /** How often it has fallen behind. */
  lags = 0;
  #socket;
  #market;
  #lagBytes;
  #lagTime;
  /** The last tick it was sent. */
  #last = 0;
  /** When the ping was sent that it has not answered, and what is in it. */
  #pingedAt;
  #question = null;
  #prompt = 0;

  /** Who is new is one who missed everything so far. */
  constructor(socket, market, { 'lag-bytes': lagBytes, 'lag-time': lagTime }) {
    this.#socket = socket;
    this.#market = market;
    this.#lagBytes = lagBytes;
    this.#lagTime = lagTime;
    // Only who has read the question can repeat it: a pong that nobody asked for says nothing.
    socket.on('pong', (data) => `${data}` === this.#question && this.#answered());
    this.#tell({ type: 'hello', instruments: market.instruments });
    this.#sendNewest();
    this.#goLive();
  }

  get bufferedAmount() {
    return this.#socket.bufferedAmount;
  }

  /** Milliseconds it has not answered. */
  get silentFor() {
    return this.#pingedAt === undefined ? 0 : performance.now() - this.#pingedAt;
  }

  /** Every tick since the last call. */
  offer(messages) {
    if (!this.isLive) return;
    if (this.bufferedAmount > this.#lagBytes || this.silentFor > this.#lagTime) {
      this.#fallBehind();
      return;
    }
    for (const message of messages) this.#socket.send(message);
    this.#last = this.#market.sequence;
  }

  /** Called now and then: goes on where all before is read. */
  poll() {
    if (this.#pingedAt !== undefined) return;
    if (!this.isLive) {
      this.#sendNewest();
      if (this.#prompt >= PROMPT_TO_LIVE) this.#goLive();
    }
    this.#pingedAt = performance.now();
    this.#question = `${Math.random()}`;
    this.#socket.ping(this.#question);
  }

  cut() {
    this.#socket.terminate();
  }

  #answered() {
    this.#prompt = this.silentFor < this.#lagTime / 4 ? this.#prompt + 1 : 0;
    this.#pingedAt = undefined;
    this.#question = null;
  }

  #fallBehind() {
    this.isLive = false;
    this.lags++;
    this.#prompt = 0;
    this.#tell({ type: 'lagging', last: this.#last });
  }

  #goLive() {
    this.isLive = true;
    this.#tell({ type: 'live', after: this.#last });
  }

  #sendNewest() {
    for (const message of this.#market.newerThan(this.#last)) this.#socket.send(message);
    this.#last = this.#market.sequence;
  }

  #tell(message) {
    this.#socket.send(JSON.stringify(message));
  }
}
