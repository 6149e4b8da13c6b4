// The commands a client may send. Invalid ones are refused with a reason for the user.

import { Refusal, text } from './rules.js';

const MOST_ROOMS = 20;

export const commands = {
  hello(peer, { name, key }) {
    peer.name = name;
    if (key !== undefined) peer.identify(key);
    for (const room of peer.rooms.values()) room.presenceChanged();
    const { server, settings, state } = peer.hub;
    const { beat, maxText } = settings;
    peer.send({ ...state(), type: 'welcome', author: peer.author, server, beat, maxText });
  },

  async join(peer, { room: name, ...known }) {
    if (!peer.rooms.has(name) && peer.rooms.size >= MOST_ROOMS) {
      throw new Refusal(`You are already in ${MOST_ROOMS} rooms, the maximum.`);
    }
    const room = peer.hub.rooms.open(name, peer);
    peer.rooms.set(name, room);
    await room.opened;
    if (peer.rooms.get(name) === room) room.enter(peer, known);
  },

  leave(peer, { room: name }) {
    if (peer.rooms.delete(name)) peer.hub.rooms.leave(name, peer);
  },

  /** Replies `kept` once the message is stored. If that may take long, replies `held` first. */
  async say(peer, { room: name, n = ++peer.count, text: content }) {
    const room = roomOf(peer, name);
    const { hub } = peer;
    const message = { id: `${peer.author}.${n}`, name: peer.name };
    message.text = text(content, hub.settings.maxText);
    await room.opened;
    const kept = room.say(message, () => peer.send({ type: 'held', n }));
    peer.send({ type: 'kept', n, seq: await hub.delayShutdown(kept) });
  },

  typing(peer, { room }) {
    roomOf(peer, room).typing(peer);
  },

  /** The client's own heartbeat: browsers cannot ping. */
  beat(peer) {
    peer.send({ type: 'beat' });
  },
};

/** The named room; without a name, the room joined last. */
function roomOf(peer, name = [...peer.rooms.keys()].at(-1)) {
  const room = peer.rooms.get(name);
  if (room === undefined) throw new Refusal('You are not in that room. Join it first.');
  return room;
}
