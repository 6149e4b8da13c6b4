// One STOMP connection that comes back by itself, and says in words how it is. For Node and for pages alike: the
// class of the WebSocket is handed in.

import { Client, Versions } from '@stomp/stompjs';

/**
 * Connects, and goes on trying every second until `deactivate()` of the returned client. `onUp(client)` is called
 * whenever the broker is there, `onTrouble(text)` with every new reason why it is not.
 */
export function connect({ url, WebSocket, login, passcode, onUp, onTrouble }) {
  let lastReason;
  let isExplained = false; // of each connection the first thing that is said is why it ended
  const trouble = (reason) => {
    if (isExplained) return;
    isExplained = true;
    if (reason !== lastReason) onTrouble((lastReason = reason));
  };
  const client = new Client({
    stompVersions: new Versions([Versions.V1_2]),
    webSocketFactory() {
      isExplained = false;
      return new WebSocket(url, client.stompVersions.protocolVersions());
    },
    connectHeaders: { login, passcode, host: '/' },
    heartbeatIncoming: 2000,
    heartbeatOutgoing: 2000,
    reconnectDelay: 1000,
    connectionTimeout: 10_000,
    // A broker that has fallen silent will not answer a close frame either.
    discardWebsocketOnCommFailure: true,
    onConnect() {
      lastReason = undefined;
      onUp(client);
    },
    onStompError({ headers, body }) {
      trouble(`The broker refuses: ${headers.message}. ${body}`.trim());
      client.forceDisconnect(); // STOMP has the broker do so; RabbitMQ 3.10 waits for us
    },
    onHeartbeatLost: () => trouble('The broker has fallen silent; connecting anew.'),
    onWebSocketError: (event) => trouble(`No broker at ${url}${why(event)}; trying every second.`),
    onWebSocketClose() {
      if (client.active) trouble('The connection to the broker is gone; trying every second.');
    },
  });
  client.activate();
  return client;
}

/** Pages are not told why; ws tells. */
function why({ message }) {
  return message ? ` (${message})` : '';
}
