// Decodes on a module that is compiled while it streams in, and tells whether it was.

import { decode } from './decode.js';

export async function decodeStreamed(address) {
  const { compileStreaming } = WebAssembly;
  let streamed = false;
  WebAssembly.compileStreaming = async (source) => {
    const module = await compileStreaming(source);
    streamed = true;
    return module;
  };
  const outcome = await decode(fetch(address));
  return { ...outcome, streamed };
}
