// One's own place at the board, in a page or in Node: SockJS does not come back by itself, this does; and what one
// writes is sent again until it is seen on the board.

export const LARGEST = 256 * 1024;
/** Lines that are known again: far more than the board tells anew. */
const REMEMBERED = 10_000;

/**
 * `connect()` gives a new SockJS. Calls `onLine(text, isOwn)` once for each line, `onUp(transport)` and
 * `onTrouble(text)`.
 */
export function openDesk({ connect, onLine, onUp, onTrouble }) {
  const seen = new Set();
  const waiting = new Map(); // by id: lines that are not on the board yet
  let socket;
  let retry;

  function open() {
    socket = connect();
    socket.onopen = () => {
      onUp(socket.transport);
      for (const line of waiting.values()) socket.send(line);
    };
    socket.onmessage = ({ data }) => {
      const { id, text } = JSON.parse(data);
      const isOwn = waiting.delete(id);
      if (seen.has(id)) return;
      seen.add(id);
      if (seen.size > REMEMBERED) seen.delete(seen.values().next().value);
      onLine(text, isOwn);
    };
    socket.onclose = ({ code, reason }) => {
      retry = setTimeout(open, 1000);
      onTrouble(
        `The board cannot be reached (${code}${reason && `, ${reason}`}); trying every second.`,
      );
    };
  }
  function drop() {
    clearTimeout(retry);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
  open();

  return {
    write(text) {
      if (text.length > LARGEST) throw new RangeError(`A line may have ${LARGEST} characters.`);
      const id = crypto.randomUUID();
      const line = JSON.stringify({ id, text });
      waiting.set(id, line);
      if (socket.readyState === 1) socket.send(line);
    },
    /** Connects anew, and by another way if `connect` now gives one. What is not on the board yet goes along. */
    again() {
      drop();
      open();
    },
    leave: drop,
  };
}
