// The client side of a room, with delayed server replies.

import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { enterRoom } from './page/room.js';

function enter() {
  const socket = new EventEmitter();
  const asked = [];
  socket.volatile = { emit: (_, after) => asked.push(after) };
  socket.disconnect = () => {};
  const said = [];
  const room = enterRoom({
    connect: () => socket,
    room: '방',
    name: '하나',
    onSaid: ({ at }) => said.push(at),
    onTransport: () => {},
    onTrouble: () => {},
  });
  return { hear: (name, data) => socket.emit(name, data), room, asked, said };
}

it('requests missing messages, and delivers each once and in order', () => {
  const { hear, room, asked, said } = enter();
  hear('history', [{ at: 1 }, { at: 2 }]);
  hear('history', []);
  hear('said', { at: 4 });
  expect(asked).toEqual([2, 2]);
  hear('history', [{ at: 3 }, { at: 4 }]);
  hear('said', { at: 4 });
  hear('history', []);
  hear('said', { at: 5 });
  expect(said).toEqual([1, 2, 3, 4, 5]);
  room.leave();
});

it('requests the history again if a message arrived ahead of the pending reply', () => {
  const { hear, room, asked, said } = enter();
  hear('history', [{ at: 1 }]);
  expect(asked).toEqual([1]);
  hear('said', { at: 3 }); // from another process; the pending reply was made before 2 and 3 were stored
  hear('history', []);
  expect(asked).toEqual([1, 1]);
  hear('said', { at: 2 });
  hear('history', [{ at: 2 }, { at: 3 }]);
  expect(said).toEqual([1, 2, 3]);
  room.leave();
});
