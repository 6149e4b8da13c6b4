// How much one connection may send: a bucket of tokens that fills with time. Who takes from an empty one gets
// into debt; who is too deep in it floods.

export class Limiter {
  #rate;
  #burst;
  #level;
  #at = performance.now();

  /** `rate` tokens a second, `burst` at once. */
  constructor({ rate, burst }) {
    this.#rate = rate;
    this.#burst = burst;
    this.#level = burst;
  }

  /** Takes from the bucket: `'ok'`, `'wait'` where it was empty, `'flood'` three bursts below. */
  take(cost) {
    const now = performance.now();
    const gained = ((now - this.#at) / 1000) * this.#rate;
    this.#at = now;
    this.#level = Math.min(this.#burst, this.#level + gained) - cost;
    if (this.#level >= 0) return 'ok';
    return this.#level < -3 * this.#burst ? 'flood' : 'wait';
  }

  /** Milliseconds until there is a token again. */
  get wait() {
    return Math.ceil(((1 - this.#level) / this.#rate) * 1000);
  }
}
