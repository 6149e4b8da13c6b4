// What the proxy tells, for as long as the page is open: it connects again by itself.

const SOONEST = 250;
const LATEST = 4000;

/** Calls `heard(message)` for each, and `away(milliseconds)` when the proxy is gone, until it tries again. */
export function listen({ heard, away }) {
  let delay = SOONEST;
  const connect = () => {
    const socket = new WebSocket(
      `${location.protocol.replace('http', 'ws')}//${location.host}/events`,
    );
    socket.onmessage = ({ data }) => {
      delay = SOONEST;
      heard(JSON.parse(data));
    };
    socket.onclose = () => {
      away(delay);
      setTimeout(connect, delay);
      delay = Math.min(LATEST, delay * 2);
    };
  };
  connect();
}
