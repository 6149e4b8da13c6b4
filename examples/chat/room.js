// One room in this process: a copy of the bus's log, and the members. Each event is serialized once per subprotocol in
// use, encoded once, and sent to all.

import { broadcast } from 'wsimd/ws';
import { KEEP } from './memory-bus.js';
import { PROTOCOLS } from './protocols.js';

/** Messages shown to a new member, and messages per reply to a member who resumes. */
const HISTORY = 50;
const PAGE = 100;
/** Names listed in a presence event. Above that, only the count is sent. */
const NAMES = 50;

export class Room {
  /** Resolves when the room can be entered. */
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
   * Sends a peer the messages after number `after` of log `epoch`. The peer becomes a member once it has all of
   * them. While `more` is true, it asks again.
   */
  enter(peer, { epoch, after } = {}) {
    const resumes = after !== undefined && epoch === this.#epoch;
    const first = this.#entries[0]?.seq ?? 1;
    const missed = this.#entries.slice(resumes ? Math.max(0, after + 1 - first) : -HISTORY);
    const more = missed.length > PAGE;
    peer.send(this.#joined(missed.slice(0, PAGE), more));
    if (more) return;
    this.#members.get(peer.protocol).add(peer);
    this.presenceChanged();
    if (this.#presence !== null) peer.send(this.#presence);
  }

  leave(peer) {
    if (this.#members.get(peer.protocol).delete(peer)) this.presenceChanged();
  }

  /** Resolves to the message's number once it is stored. Calls `held` if that may take long. */
  say(message, held) {
    return this.#bus.publish(this.#name, { ...message, at: Date.now() }, held);
  }

  typing(peer) {
    this.#bus.broadcast(this.#name, { type: 'typing', author: peer.author, name: peer.name });
  }

  /** Reports presence to the bus. Throttled: in a full room people come and go all the time. */
  presenceChanged() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#bus.present(this.#name, { count: this.#count, names: this.#someNames() });
    }, this.#presenceMs);
  }

  /** Called when the last member has left. */
  close() {
    clearTimeout(this.#timer);
    this.#bus.present(this.#name, { count: 0, names: [] });
    this.#bus.unfollow(this.#name);
  }

  // Called by the bus.

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

  receive(event) {
    this.#send({ ...event, room: this.#name });
  }

  /** Merges the people of all processes into one presence event, and sends it if it changed. */
  setPresence(groups) {
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
      if (text !== undefined) broadcast(withoutSlow(members), text);
    }
  }
}

/** The sockets of peers that keep up. Closes the others. */
function* withoutSlow(peers) {
  for (const peer of peers) if (!peer.isTooSlow()) yield peer.socket;
}
