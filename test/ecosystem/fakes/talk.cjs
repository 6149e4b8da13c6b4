// A server and a client say a few things under the clock of a test. Resolves to what the client heard.

module.exports = function talk({ WebSocket, WebSocketServer }, options = {}) {
  return new Promise((resolve, reject) => {
    const heard = [];
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options }, () => {
      const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
      client.on('error', reject);
      client.on('open', () => {
        client.send('text');
        client.send(Buffer.alloc(100_000, 'x'));
        client.send('with a callback', () => client.ping('ping'));
      });
      client.on('pong', (data) => {
        heard.push(`pong ${data}`);
        client.send('last');
      });
      client.on('message', (data) => {
        heard.push(data.length > 100 ? data.length : String(data));
        if (String(data) === 'last') client.close(1000, 'bye');
      });
      client.on('close', (code, reason) => {
        heard.push(`${code} ${reason}`);
        server.close(() => resolve(heard));
      });
    });
    server.on('connection', (socket) => {
      socket.on('error', reject);
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
  });
};
module.exports.EXPECTED = ['text', 100_000, 'with a callback', 'pong ping', 'last', '1000 bye'];
