// One room as far as it is in this process: its log, a copy of what the bus keeps, and those who are in it. An
// event is written once for each subprotocol that is spoken here, encoded once, and sent to all.

import { broadcast } from 'wsimd/ws';
import { KEEP } from './memory-bus.js';
import { PROTOCOLS } from './protocols.js';

/** Messages someone new gets to see, and those of one answer to someone who comes back. */
const HISTORY = 50;
const PAGE = 100;
/** Names that are told of a room; of the others, how many. */
const NAMES = 50;

export class Room {
  /** Resolved when the room may be entered. */
  opened;
  #name;
  #bus;
  #presenceMs;
  #epoch = null;
  #entries = [];
  #held = new Map();
  #members = new Map();
  #presence = null;
  #timer = null;

  constructor(name, bus, { presence }) {
    this.#name = name;
    this.#bus = bus;
    this.#presenceMs = presence;
    for (const protocol of PROTOCOLS.values()) this.#members.set(protocol, new Set());
    this.opened = bus.follow(name, this);
  }

  get name() {
    return this.#name;
  }

  get #count() {
    let count = 0;
    for (const members of this.#members.values()) count += members.size;
    return count;
  }

  /**
   * Tells a peer what they missed behind the message numbered `after` of this very log. They hear of what
   * follows once they have all there is; while there is `more`, they ask again.
   */
  enter(peer, { epoch, after } = {}) {
    const resumes = after !== undefined && epoch === this.#epoch;
    const first = this.#entries[0]?.seq ?? 1;
    const missed = this.#entries.slice(resumes ? Math.max(0, after + 1 - first) : -HISTORY);
    const more = missed.length > PAGE;
    peer.tell(this.#joined(missed.slice(0, PAGE), more));
    if (more) return;
    this.#members.get(peer.protocol).add(peer);
    this.presenceChanged();
    if (this.#presence !== null) peer.tell(this.#presence);
  }

  leave(peer) {
    if (this.#members.get(peer.protocol).delete(peer)) this.presenceChanged();
  }

  /** Resolves to the message's number when it is kept; calls `held` where that may take long. */
  say(message, held) {
    return this.#bus.publish(this.#name, { ...message, at: Date.now() }, held);
  }

  typing(peer) {
    this.#bus.tell(this.#name, { type: 'typing', author: peer.author, name: peer.name });
  }

  /** Tells the bus who is here, now and then at most: in a full room people come and go all the time. */
  presenceChanged() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#bus.present(this.#name, { count: this.#count, names: this.#someNames() });
    }, this.#presenceMs);
  }

  /** Nobody is in it any more. */
  close() {
    clearTimeout(this.#timer);
    this.#bus.present(this.#name, { count: 0, names: [] });
    this.#bus.unfollow(this.#name);
  }

  // What the bus tells.

  reset(epoch, entries) {
    this.#epoch = epoch;
    this.#entries = entries.slice(-KEEP);
    for (const { id } of entries) this.#held.delete(id);
    this.#send({ type: 'reset', room: this.#name });
  }

  append(entry) {
    this.#entries.push(entry);
    if (this.#entries.length > KEEP) this.#entries.shift();
    this.#held.delete(entry.id);
    this.#send({ type: 'message', room: this.#name, ...entry });
  }

  hold(entry) {
    this.#held.set(entry.id, entry);
    this.#send({ type: 'message', room: this.#name, ...entry });
  }

  hear(event) {
    this.#send({ ...event, room: this.#name });
  }

  /** Who is there, from each process: those not seen before are told, and those gone are no more. */
  populate(groups) {
    const names = new Set(groups.flatMap((group) => group.names));
    const event = {
      type: 'presence',
      room: this.#name,
      count: groups.reduce((sum, group) => sum + group.count, 0),
      names: [...names].sort().slice(0, NAMES),
    };
    if (JSON.stringify(event) === JSON.stringify(this.#presence)) return;
    this.#presence = event;
    this.#send(event);
  }

  #someNames() {
    const names = new Set();
    for (const members of this.#members.values()) {
      for (const { name } of members) if (names.add(name).size >= NAMES) return [...names];
    }
    return [...names];
  }

  #joined(entries, more) {
    const room = this.#name;
    const held = more ? [] : [...this.#held.values()].slice(-PAGE);
    return { type: 'joined', room, epoch: this.#epoch, more, entries, held };
  }

  #send(event) {
    for (const [protocol, members] of this.#members) {
      const text = members.size > 0 ? protocol.write(event) : undefined;
      if (text !== undefined) broadcast(quickEnough(members), text);
    }
  }
}

/** The sockets of those who read what they are sent; the others are let go. */
function* quickEnough(peers) {
  for (const peer of peers) if (!peer.isTooSlow()) yield peer.socket;
}
