// The rooms somebody of this process is in: opened for the first, closed behind the last.

import { Room } from './room.js';

export class Rooms {
  #bus;
  #settings;
  #rooms = new Map();

  constructor(bus, settings) {
    this.#bus = bus;
    this.#settings = settings;
  }

  /** The room of this name, which stays open until the peer leaves it. */
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
