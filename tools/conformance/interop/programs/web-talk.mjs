// A conversation with the WebSocket of the platform: Bun's, Deno's, undici's, a browser's. Prints what was said.

/** Taken by browsers as its source text: it must not refer to anything outside. */
export async function talk(WebSocket, url) {
  const MIB = 1024 * 1024;

  const open = async () => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    const messages = [];
    let wake = () => {};
    const closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        resolve([code, reason]);
        wake();
      };
    });
    socket.onmessage = ({ data }) => {
      messages.push(data);
      wake();
    };
    const next = async () => {
      while (messages.length === 0 && socket.readyState < 2) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      return messages.shift();
    };
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error('it does not open'));
    });
    return { socket, next, closed };
  };

  const { socket, next, closed } = await open();
  socket.send('안녕하세요 👋');
  const text = await next();
  const bytes = new Uint8Array(MIB).map((_, i) => (i * 7) & 0xff);
  socket.send(bytes);
  const back = new Uint8Array(await next());
  const binary = back.length === MIB && back.every((byte, i) => byte === bytes[i]);
  socket.send('fragments');
  const fragments = [await next(), await next()];
  const isCompressed = socket.extensions.includes('permessage-deflate');
  socket.send('close me');
  const told = await closed;

  const other = await open();
  other.socket.close(4000, '그만');
  const told2 = await other.closed;
  return { text, binary, fragments, isCompressed, closes: [told, told2] };
}
