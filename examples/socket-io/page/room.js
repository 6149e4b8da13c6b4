// A room of the chat, in a page or in Node: what is said comes once each, in order, and what one says oneself is
// sent again until the server has kept it.

export const LARGEST = 1024 * 1024;
/** Bytes of a message as they are sent: in JSON a letter takes up to six. */
export function sizeOf(text, picture) {
  return new TextEncoder().encode(JSON.stringify(text)).length + (picture?.byteLength ?? 0);
}

const ANSWERED_WITHIN = 2000; // milliseconds; asked again after that

/**
 * `connect(options)` is socket.io-client's `io`, with an address or without. Calls `onSaid(message)`,
 * `onTransport({ name, engine })` and `onTrouble(text)`.
 */
export function enterRoom({ connect, room, name, onSaid, onTransport, onTrouble }) {
  let last = 0; // the number of the last message that was handed over
  let asking; // the timer of a question that is not answered yet
  let hasGap = false; // one came too early for the answer that is awaited to be sure to have those before it
  const socket = connect({
    auth: (give) => give({ room, after: last }),
    retries: Number.POSITIVE_INFINITY,
    ackTimeout: ANSWERED_WITHIN,
    reconnectionDelay: 500,
    reconnectionDelayMax: 1000,
  });

  function ask() {
    clearTimeout(asking);
    asking = setTimeout(ask, ANSWERED_WITHIN);
    socket.volatile.emit('since', last); // past the queue of what is to be said; it may get lost
  }
  function stopAsking() {
    clearTimeout(asking);
    asking = undefined;
  }
  function hand(message) {
    if (message.at <= last) return;
    last = message.at;
    onSaid(message);
  }
  socket.on('said', (message) => {
    if (message.at <= last + 1) return hand(message);
    if (asking) hasGap = true;
    else ask();
  });
  socket.on('history', (messages) => {
    stopAsking();
    for (const message of messages) hand(message);
    if (messages.length > 0 || hasGap) {
      hasGap = false;
      ask();
    }
  });
  socket.on('behind', ask);
  socket.on('transport', onTransport);
  socket.on('trouble', onTrouble);
  socket.on('connect_error', ({ message }) =>
    onTrouble(`The server cannot be reached (${message}).`),
  );
  socket.on('disconnect', (reason) => onTrouble(`The connection is gone (${reason}).`));

  return {
    socket,
    /** Says a text, with a picture's bytes or without. `onKept(problem)` is told when it is kept, or refused. */
    say(text, picture, onKept = () => {}) {
      if (sizeOf(text, picture) > LARGEST) {
        throw new RangeError(`A message may have ${LARGEST} bytes, with its picture.`);
      }
      const message = { id: crypto.randomUUID(), name, text, ...(picture && { picture }) };
      socket.emit('say', message, (_, { refused }) => onKept(refused));
    },
    leave() {
      socket.disconnect();
      stopAsking();
    },
  };
}
