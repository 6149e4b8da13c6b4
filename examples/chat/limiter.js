// A token bucket that limits one connection's rate. A refused request adds to a debt, which shrinks with time; too
// much debt counts as flooding. A refused request takes no tokens: otherwise two clients that retry all the time
// would keep the bucket empty.

export class Limiter {
  #rate;
  #burst;
  #level;
  #debt = 0;
  #at = performance.now();

  /** `rate` tokens per second, at most `burst` at once. */
  constructor({ rate, burst }) {
    this.#rate = rate;
    this.#burst = burst;
    this.#level = burst;
  }

  /** Takes tokens. Returns `'ok'`, `'wait'` if there are too few, `'flood'` above a debt of three bursts. */
  take(cost) {
    const now = performance.now();
    const gained = ((now - this.#at) / 1000) * this.#rate;
    this.#at = now;
    this.#level = Math.min(this.#burst, this.#level + gained);
    this.#debt = Math.max(0, this.#debt - gained);
    if (this.#level >= cost) {
      this.#level -= cost;
      return 'ok';
    }
    this.#debt += cost;
    return this.#debt > 3 * this.#burst ? 'flood' : 'wait';
  }

  /** Milliseconds until the next token. */
  get wait() {
    return Math.ceil(((1 - this.#level) / this.#rate) * 1000);
  }
}
