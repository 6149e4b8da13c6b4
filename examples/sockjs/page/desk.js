// The board's client, for pages and Node. Reconnects, which SockJS does not, and resends the user's lines until they
// appear on the board.

export const LARGEST = 256 * 1024;
/** Line ids remembered to detect duplicates: far more than the board resends. */
const REMEMBERED = 10_000;

/**
 * `connect()` returns a new SockJS. Calls `onLine(text, isOwn)` once for each line, `onUp(transport)` and
 * `onTrouble(text)`.
 */
export function openDesk({ connect, onLine, onUp, onTrouble }) {
  const seen = new Set();
  const waiting = new Map(); // lines that are not on the board yet, by id
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
        `The board is unreachable (${code}${reason && `, ${reason}`}); retrying every second.`,
      );
    };
  }
  function disconnect() {
    clearTimeout(retry);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
  open();

  return {
    write(text) {
      if (text.length > LARGEST)
        throw new RangeError(`A line has at most ${LARGEST} characters, got ${text.length}.`);
      const id = crypto.randomUUID();
      const line = JSON.stringify({ id, text });
      waiting.set(id, line);
      if (socket.readyState === 1) socket.send(line);
    },
    /** Reconnects, for example with another transport. Pending lines are sent again. */
    reconnect() {
      disconnect();
      open();
    },
    leave: disconnect,
  };
}
