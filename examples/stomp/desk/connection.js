// A STOMP connection that reconnects automatically and reports its state. Works in Node and in pages: the WebSocket class
// is a parameter.

import { Client, Versions } from '@stomp/stompjs';

/**
 * Connects, and retries every second until `deactivate()` of the returned client. `onUp(client)` is called after each
 * connection, `onTrouble(text)` for each new reason why there is none.
 */
export function connect({ url, WebSocket, login, passcode, onUp, onTrouble }) {
  let lastReason;
  let isExplained = false; // per connection, only the first reason is reported
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
    // A broker that does not respond will not answer a close frame either.
    discardWebsocketOnCommFailure: true,
    onConnect() {
      lastReason = undefined;
      onUp(client);
    },
    onStompError({ headers, body }) {
      trouble(`The broker refused the connection: ${headers.message}. ${body}`.trim());
      client.forceDisconnect(); // STOMP requires the broker to close; RabbitMQ 3.10 does not
    },
    onHeartbeatLost: () => trouble('The broker stopped responding; reconnecting.'),
    onWebSocketError: (event) =>
      trouble(`No broker at ${url}${why(event)}; retrying every second.`),
    onWebSocketClose() {
      if (client.active) trouble('Lost the connection to the broker; retrying every second.');
    },
  });
  client.activate();
  return client;
}

/** The reason, which ws provides and browsers do not. */
function why({ message }) {
  return message ? ` (${message})` : '';
}
