// The client's half, in pages and in Node: one connection that comes back by itself, goes on in each room where
// it was, and sends again what was not acknowledged. It knows nothing of any page.

import { Outbox } from './outbox.js';
import { closingInWords } from './words.js';

/** Codes after which coming back by itself would only repeat what was wrong. */
const FINAL = new Set([1000, 1003, 1008]);
const TOO_BIG = 1009;
/** Milliseconds between two looks whether all rooms are entered. */
const ENTERING_MS = 250;

export class ChatClient {
  #options;
  #handlers;
  #outbox = new Outbox((n) => this.#handlers.lost?.(n));
  #rooms = new Map();
  /** Those that have to wait until they can be entered: then one after the other. */
  #late = new Set();
  #lateJoin = null;
  /** Milliseconds between them, as the server wishes. */
  #pace = 0;
  #author = null;
  #socket = null;
  #tries = 0;
  #retry = null;
  #beat = null;
  #isHeard = true;
  /** Why it is cut off; not why trying again has failed. */
  #why = null;

  /**
   * `handlers`, all optional: `status({ status, why, inMs })`, `welcome`, `state`, `message`, `presence`, `typing`
   * with what the server tells; `forgotten(room)` where its history is another one; `missed(room, count)`;
   * `kept(n)`, `held(n)`, `refused(n, why, isTriedAgain)` and `lost(n)` of what was said.
   */
  constructor(options, handlers) {
    this.#options = {
      WebSocket: globalThis.WebSocket,
      key: randomKey(),
      beat: 15_000,
      firstRetry: 250,
      longestRetry: 10_000,
      ...options,
    };
    this.#handlers = handlers;
  }

  /** Connects, now. */
  open() {
    clearTimeout(this.#retry);
    if (this.#socket !== null) return;
    const { WebSocket, url, beat } = this.#options;
    const socket = new WebSocket(url, ['chat.v2']);
    this.#socket = socket;
    this.#status('connecting');
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => this.#closed(code, closingInWords(code, reason));
    this.#isHeard = true;
    this.#beat = setInterval(() => this.#beatOnce(), beat);
  }

  /** Ends it for good. */
  close() {
    clearTimeout(this.#retry);
    this.#drop(1000, 'The person has left.');
    this.#status('closed', 'You have left.');
  }

  join(room) {
    if (this.#rooms.has(room)) return;
    this.#rooms.set(room, { epoch: null, last: 0, isBehind: true });
    this.#join(room);
  }

  leave(room) {
    if (this.#rooms.delete(room)) this.#send({ type: 'leave', room });
    this.#settled(room);
  }

  /** Returns the number by which the handlers tell what becomes of it. */
  say(room, text) {
    return this.#outbox.add(room, text);
  }

  typing(room) {
    if (!this.#late.has(room)) this.#send({ type: 'typing', room });
  }

  rename(name) {
    this.#options.name = name;
    this.#hello();
  }

  #opened() {
    this.#hello();
    for (const room of this.#rooms.keys()) this.#join(room);
  }

  #hello() {
    const { name, key } = this.#options;
    this.#send({ type: 'hello', name, key });
  }

  #join(room) {
    const here = this.#rooms.get(room);
    const { epoch, last } = here;
    here.isBehind = true;
    this.#send({ type: 'join', room, ...(epoch === null ? {} : { epoch, after: last }) });
  }

  /** Where a room could not be entered only because that was too much at once. */
  #joinLater(room, inMs) {
    this.#late.add(room);
    this.#pace = inMs;
    this.#joinNext();
  }

  #joinNext() {
    clearTimeout(this.#lateJoin);
    const [room] = this.#late;
    if (room !== undefined) this.#lateJoin = setTimeout(() => this.#join(room), this.#pace);
  }

  /** It is entered, or never will be. */
  #settled(room) {
    if (this.#late.delete(room)) this.#joinNext();
  }

  /**
   * What is said waits until all rooms are entered that have to be: both at once would be too much again. What is
   * too long is refused here: the server would end the connection, however often it is sent.
   */
  #sendSaid(said, most) {
    const { n, text } = said;
    if (this.#late.size > 0) return this.#outbox.retry(n, ENTERING_MS);
    if (text.length <= most) return this.#send(said);
    const why = `That is ${text.length} characters long; ${most} is the most.`;
    queueMicrotask(() => this.#events.refused({ n, why }));
  }

  #send(command) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(command));
  }

  /** Asks for a sign of life, and gives the connection up where the last beat got none. */
  #beatOnce() {
    const { beat } = this.#options;
    if (!this.#isHeard) this.#closed(1006, `Nothing was heard of the server for ${beat / 1000} s.`);
    else {
      this.#isHeard = false;
      this.#send({ type: 'beat' });
    }
  }

  /** Lets go of the connection: what comes of it now is nobody's, and its end, which may take long, not awaited. */
  #drop(...reason) {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#beat);
    clearTimeout(this.#lateJoin);
    this.#late.clear();
    this.#outbox.close();
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(...reason);
  }

  #closed(code, why) {
    this.#drop();
    this.#why ??= why;
    // Sent again, it would end the next connection, too.
    if (code === TOO_BIG) this.#outbox.refuse((n) => this.#handlers.refused?.(n, why, false));
    if (FINAL.has(code)) return this.#status('closed', this.#why);
    const { firstRetry, longestRetry } = this.#options;
    // Random, so that those whom one server lost do not come to the next all at once.
    const inMs = Math.random() * Math.min(longestRetry, firstRetry * 2 ** this.#tries++);
    this.#retry = setTimeout(() => this.open(), inMs);
    this.#status('waiting', this.#why, inMs);
  }

  #status(status, why = '', inMs = 0) {
    this.#handlers.status?.({ status, why, inMs });
  }

  #heard(event) {
    this.#isHeard = true;
    const handle = this.#events[event.type];
    if (handle) handle(event);
    else this.#handlers[event.type]?.(event);
  }

  /** What needs more than to be passed on. */
  #events = {
    welcome: (event) => {
      this.#author = event.author;
      this.#tries = 0;
      this.#why = null;
      this.#status('open');
      this.#handlers.welcome?.(event);
      this.#handlers.state?.(event);
      this.#outbox.open((said) => this.#sendSaid(said, event.maxText));
    },
    joined: (event) => this.#joined(event),
    reset: ({ room }) => this.#rooms.has(room) && this.#join(room),
    message: (event) => {
      // What comes before one has caught up is in the answer that is awaited.
      const isEarly = event.seq !== undefined && this.#rooms.get(event.room)?.isBehind;
      if (!isEarly) this.#message(event.room, event);
    },
    kept: ({ n }) => {
      this.#outbox.settle(n);
      this.#handlers.kept?.(n);
    },
    held: ({ n }) => {
      this.#outbox.hold(n);
      this.#handlers.held?.(n);
    },
    refused: ({ n, room, why, retryIn }) => {
      if (n === undefined) {
        if (retryIn !== undefined && this.#rooms.get(room)?.isBehind)
          this.#joinLater(room, retryIn);
        else {
          this.#settled(room);
          this.#handlers.refused?.(n, why, false);
        }
      } else {
        if (retryIn === undefined) this.#outbox.settle(n);
        else this.#outbox.retry(n, retryIn);
        this.#handlers.refused?.(n, why, retryIn !== undefined);
      }
    },
    beat: () => {},
  };

  #joined({ room, epoch, entries, held, more }) {
    const here = this.#rooms.get(room);
    if (here === undefined) return;
    if (epoch !== null && here.epoch !== epoch) {
      if (here.epoch !== null) this.#handlers.forgotten?.(room);
      Object.assign(here, { epoch, last: 0 });
    }
    const first = entries[0]?.seq ?? 0;
    if (here.last > 0 && first > here.last + 1) {
      this.#handlers.missed?.(room, first - here.last - 1);
    }
    for (const entry of [...entries, ...held]) this.#message(room, entry);
    here.isBehind = false;
    if (more) this.#join(room);
    else this.#settled(room);
  }

  /** Each once, in the order of their numbers; those that have none yet are shown until they have. */
  #message(room, entry) {
    const here = this.#rooms.get(room);
    if (here === undefined || entry.seq <= here.last) return;
    if (entry.seq !== undefined) here.last = entry.seq;
    const [author, n] = entry.id.split('.');
    const isMine = author === this.#author;
    this.#handlers.message?.({ ...entry, room, author, isMine, n: isMine ? Number(n) : null });
  }
}

/** Pages that are not of https have no crypto.randomUUID. */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
