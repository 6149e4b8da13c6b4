// The client side of a room, with delayed server replies.

import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { enterRoom } from './page/room.js';

function enter() {
  const socket = new EventEmitter();
  const asked = [];
  socket.volatile = { emit: (_, after) => asked.push(after) };
  socket.disconnect = () => {};
  const delivered = [];
  const room = enterRoom({
    connect: () => socket,
    room: '방',
    name: '하나',
    onMessage: ({ at }) => delivered.push(at),
    onTransport: () => {},
    onTrouble: () => {},
  });
  return { receive: (name, data) => socket.emit(name, data), room, asked, delivered };
}

it('requests missing messages, and delivers each once and in order', () => {
  const { receive, room, asked, delivered } = enter();
  receive('history', [{ at: 1 }, { at: 2 }]);
  receive('history', []);
  receive('message', { at: 4 });
  expect(asked).toEqual([2, 2]);
  receive('history', [{ at: 3 }, { at: 4 }]);
  receive('message', { at: 4 });
  receive('history', []);
  receive('message', { at: 5 });
  expect(delivered).toEqual([1, 2, 3, 4, 5]);
  room.leave();
});

it('requests the history again if a message arrived ahead of the pending reply', () => {
  const { receive, room, asked, delivered } = enter();
  receive('history', [{ at: 1 }]);
  expect(asked).toEqual([1]);
  receive('message', { at: 3 }); // from another process; the pending reply was made before 2 and 3 were stored
  receive('history', []);
  expect(asked).toEqual([1, 1]);
  receive('message', { at: 2 });
  receive('history', [{ at: 2 }, { at: 3 }]);
  expect(delivered).toEqual([1, 2, 3]);
  room.leave();
});
