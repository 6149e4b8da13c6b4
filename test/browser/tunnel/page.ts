// In the page: a WebSocket by this codec, over the bytes of a bridge.

import { type ByteTransport, type Message, WebSocketOverStream } from 'wsimd/streams';

/** The bytes of a bridge, with the back-pressure it asks for. */
async function connectTo(bridge: string): Promise<ByteTransport> {
  const native = new WebSocket(bridge);
  native.binaryType = 'arraybuffer';
  await new Promise((resolve, reject) => {
    native.onopen = resolve;
    native.onerror = reject;
  });
  const waiting: Uint8Array[] = [];
  let wake = (): void => {};
  let isOver = false;
  native.onmessage = ({ data }) => {
    waiting.push(new Uint8Array(data));
    wake();
  };
  native.onclose = () => {
    isOver = true;
    wake();
  };
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (waiting.length === 0 && !isOver) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const chunk = waiting.shift();
        if (chunk === undefined) controller.close();
        else {
          controller.enqueue(chunk);
          if (!isOver) native.send(String(chunk.length));
        }
      },
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (bytes) => native.send(bytes),
    close: () => native.close(),
    abort: () => native.close(),
  });
  return { readable, writable: writable as WritableStream<Uint8Array> };
}

class Talk {
  private socket!: WebSocketOverStream;
  private reader!: ReadableStreamDefaultReader<Message>;
  private writer!: WritableStreamDefaultWriter<string | Uint8Array>;

  /** Returns the subprotocol. */
  async open(bridge: string, backend: 'wasm' | 'js'): Promise<string> {
    const protocols = ['chat.v2', 'chat.v1'];
    const url = 'ws://inner.example/chat';
    this.socket = new WebSocketOverStream(await connectTo(bridge), { url, protocols, backend });
    const { protocol, readable, writable } = await this.socket.opened;
    this.reader = readable.getReader();
    this.writer = writable.getWriter();
    return protocol;
  }

  async send(text: string): Promise<void> {
    await this.writer.write(text);
  }

  async read(): Promise<string | number | undefined> {
    const { value } = await this.reader.read();
    return typeof value === 'string' ? value : value?.length;
  }

  /** Sends so many bytes and returns how many of them came back right. */
  async echoBytes(length: number): Promise<number> {
    const bytes = new Uint8Array(length).map((_, i) => i * 31);
    void this.writer.write(bytes);
    const { value } = await this.reader.read();
    return bytes.filter((byte, i) => byte === (value as Uint8Array)[i]).length;
  }

  /** Reads until text comes; returns the sum of the first bytes of all binary messages before. */
  async readFlood(): Promise<{ count: number; sum: number; last: string }> {
    for (let count = 0, sum = 0; ; count++) {
      const { value } = await this.reader.read();
      if (typeof value === 'string') return { count, sum, last: value };
      sum += value?.[0] ?? 0;
    }
  }

  async close(closeCode: number, reason: string): Promise<object> {
    this.socket.close({ closeCode, reason });
    return this.socket.closed;
  }

  /** How the peer closed it. */
  async closed(): Promise<object> {
    return this.socket.closed;
  }
}

Object.assign(globalThis, { talk: new Talk() });
