// One connection as the tap sees it: the heads of the handshake, then frames in two directions, and response times. The
// chunks are the forwarded ones, not copies. They are not changed.

import { inspect, readHead } from 'wsimd/inspect';
import { Direction } from './direction.js';

const MOST_HEAD = 16_384;
const MOST_PINGS = 16;
const OTHER = { client: 'server', server: 'client' };

export class TappedConnection {
  /** `'opening'`, `'open'`, `'unseen'` (forwarded, not decoded) or `'closed'`. */
  state = 'opening';
  /** The request target. */
  target = '';
  extensions = '';
  /** Why the connection is unseen, or why it was closed. */
  why = '';
  violations = [];
  /** The latest times in milliseconds: the handshake, an answer of the server, a pong of each end. */
  latency = { handshake: undefined, answer: undefined, client: undefined, server: undefined };
  #heads = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  #requestHead;
  #requestedAt;
  #directions;
  #askedAt;
  #pings = { client: new Map(), server: new Map() };
  #options;
  #on;

  constructor(id, peer, options, on) {
    Object.assign(this, { id, peer });
    this.#options = options;
    this.#on = on;
  }

  /** The state sent to pages. */
  toJSON() {
    return { ...this, messages: this.#counts('messages'), bytes: this.#counts('bytes') };
  }

  #counts(what) {
    const { client, server } = this.#directions ?? {};
    return { client: client?.[what] ?? 0, server: server?.[what] ?? 0 };
  }

  /** Takes a chunk from `sender`. */
  chunk(sender, chunk) {
    if (this.state === 'open') this.#directions[sender].write(chunk);
    else if (this.state === 'opening') this.#readHead(sender, chunk);
  }

  /** Marks the connection as closed or unseen. */
  end(state, why) {
    if (this.state === 'closed') return;
    this.state = state;
    this.why ||= why;
    this.#on.changed(this);
  }

  #readHead(sender, chunk) {
    const bytes = Buffer.concat([this.#heads[sender], chunk]);
    this.#heads[sender] = bytes;
    const head = readHead(bytes);
    if (head === undefined) {
      const isHttp = bytes.length < 16 || /^(GET|HTTP\/1)/.test(bytes.toString('latin1', 0, 16));
      if (!isHttp || bytes.length > MOST_HEAD) this.end('unseen', 'it does not start with HTTP');
    } else if (sender === 'server') this.#answered(head, bytes);
    else if (bytes.length > head.length)
      this.end('unseen', 'frames arrived before the handshake response');
    else this.#requested(head);
  }

  #requested(head) {
    this.#requestHead = head;
    this.#requestedAt = performance.now();
    this.target = head.target ?? '';
    if (!head.isUpgrade) this.end('unseen', `plain HTTP: ${head.line}`);
    else this.#on.changed(this);
  }

  #answered(head, bytes) {
    if (!head.isUpgrade || this.#requestHead === undefined) {
      this.end('unseen', `the handshake was refused: ${head.status} ${head.reason}`);
      return;
    }
    this.latency.handshake = performance.now() - this.#requestedAt;
    const response = bytes.subarray(0, head.length);
    const { handshake } = inspect(response, { role: 'server', otherHead: this.#requestHead });
    for (const { message, section } of handshake.faults)
      this.#violated('server', { rule: message, section });
    this.extensions = head.extensions;
    this.#open(head);
    if (bytes.length > head.length) this.chunk('server', bytes.subarray(head.length));
  }

  #open({ deflate, length }) {
    const direction = (sender, position) =>
      new Direction(
        { sender, deflate, position, check: this.#options.check },
        {
          mostKept: this.#options.mostKept,
          wants: () => this.#on.wants(),
          frame: (frame) => this.#framed(sender, frame),
          violation: (problem) => this.#violated(sender, problem),
        },
      );
    this.#directions = {
      client: direction('client', this.#requestHead.length),
      server: direction('server', length),
    };
    this.#heads = undefined;
    this.state = 'open';
    this.#on.changed(this);
  }

  #framed(sender, frame) {
    if (frame.isData) this.#timeAnswer(sender);
    else if (frame.name === 'close') {
      const { code, name, reason } = frame.close ?? {};
      this.why ||= `${sender}: ${code} ${name}${reason ? `, "${reason}"` : ''}`;
    } else this.#timePong(sender, frame);
    this.#on.frame(this, sender, frame);
  }

  /** Measures from a client's message to the server's next one. */
  #timeAnswer(sender) {
    const now = performance.now();
    if (sender === 'client') this.#askedAt ??= now;
    else if (this.#askedAt !== undefined) {
      this.latency.answer = now - this.#askedAt;
      this.#askedAt = undefined;
    }
  }

  /** Measures the round trip from the proxy: from a ping to its pong. */
  #timePong(sender, { name, preview }) {
    const pings = this.#pings[name === 'ping' ? sender : OTHER[sender]];
    if (name === 'ping') {
      if (pings.size < MOST_PINGS) pings.set(preview.hex, performance.now());
      return;
    }
    const at = pings.get(preview.hex);
    if (at === undefined) return;
    pings.clear();
    this.latency[sender] = performance.now() - at;
  }

  #violated(sender, problem) {
    const violation = { sender, ...problem };
    this.violations.push(violation);
    this.#on.violation(this, violation);
  }
}
