// The proxy's events. Reconnects automatically while the page is open.

const SOONEST = 250;
const LATEST = 4000;

/** Calls `onMessage(message)` for each message, and `onDisconnect(milliseconds)` when disconnected, with the time to the retry. */
export function listen({ onMessage, onDisconnect }) {
  let delay = SOONEST;
  const connect = () => {
    const socket = new WebSocket(
      `${location.protocol.replace('http', 'ws')}//${location.host}/events`,
    );
    socket.onmessage = ({ data }) => {
      delay = SOONEST;
      onMessage(JSON.parse(data));
    };
    socket.onclose = () => {
      onDisconnect(delay);
      setTimeout(connect, delay);
      delay = Math.min(LATEST, delay * 2);
    };
  };
  connect();
}
