// How much one connection may send: a bucket of tokens that fills with time. Who takes from an empty one gets
// nothing, and into debt, which time pays off; who is too deep in it floods. What was refused takes no tokens, or
// two that are tried again and again would keep the bucket empty.

export class Limiter {
  #rate;
  #burst;
  #level;
  #debt = 0;
  #at = performance.now();

  /** `rate` tokens a second, `burst` at once. */
  constructor({ rate, burst }) {
    this.#rate = rate;
    this.#burst = burst;
    this.#level = burst;
  }

  /** Takes from the bucket: `'ok'`, `'wait'` where that much is not in it, `'flood'` with a debt of three bursts. */
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

  /** Milliseconds until there is a token again. */
  get wait() {
    return Math.ceil(((1 - this.#level) / this.#rate) * 1000);
  }
}
