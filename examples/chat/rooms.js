// The rooms in use in this process: each is opened for its first peer and closed after its last.

import { Room } from './room.js';

export class Rooms {
  #bus;
  #settings;
  #rooms = new Map();

  constructor(bus, settings) {
    this.#bus = bus;
    this.#settings = settings;
  }

  /** Returns the named room and keeps it open until the peer leaves. */
  open(name, peer) {
    let open = this.#rooms.get(name);
    if (open === undefined) {
      open = { room: new Room(name, this.#bus, this.#settings), peers: new Set() };
      this.#rooms.set(name, open);
    }
    open.peers.add(peer);
    return open.room;
  }

  leave(name, peer) {
    const { room, peers } = this.#rooms.get(name);
    room.leave(peer);
    peers.delete(peer);
    if (peers.size > 0) return;
    this.#rooms.delete(name);
    room.close();
  }
}
