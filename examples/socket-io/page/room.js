// A room of the chat, for pages and Node. Delivers each message once and in order, and resends the user's own messages
// until the server has stored them.

export const LARGEST = 1024 * 1024;
/** The encoded size of a message in bytes: JSON can take six bytes per character. */
export function sizeOf(text, picture) {
  return new TextEncoder().encode(JSON.stringify(text)).length + (picture?.byteLength ?? 0);
}

const ANSWERED_WITHIN = 2000; // milliseconds until a request is repeated

/**
 * `connect(options)` calls socket.io-client's `io`, with or without an address. Calls `onMessage(message)`,
 * `onTransport({ name, engine })` and `onTrouble(text)`.
 */
export function enterRoom({ connect, room, name, onMessage, onTransport, onTrouble }) {
  let last = 0; // the number of the last delivered message
  let asking; // the timer of a pending request
  let hasGap = false; // a message arrived that the pending reply may not cover
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
    socket.volatile.emit('since', last); // bypasses the retry queue; may be lost
  }
  function stopAsking() {
    clearTimeout(asking);
    asking = undefined;
  }
  function deliver(message) {
    if (message.at <= last) return;
    last = message.at;
    onMessage(message);
  }
  socket.on('message', (message) => {
    if (message.at <= last + 1) return deliver(message);
    if (asking) hasGap = true;
    else ask();
  });
  socket.on('history', (messages) => {
    stopAsking();
    for (const message of messages) deliver(message);
    if (messages.length > 0 || hasGap) {
      hasGap = false;
      ask();
    }
  });
  socket.on('behind', ask);
  socket.on('transport', onTransport);
  socket.on('trouble', onTrouble);
  socket.on('connect_error', ({ message }) => onTrouble(`The server is unreachable (${message}).`));
  socket.on('disconnect', (reason) => onTrouble(`Disconnected (${reason}).`));

  return {
    socket,
    /** Sends a text and optionally a picture. `onKept(problem)` is called once it is stored or refused. */
    say(text, picture, onKept = () => {}) {
      if (sizeOf(text, picture) > LARGEST) {
        throw new RangeError(`A message has at most ${LARGEST} bytes, including its picture.`);
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
