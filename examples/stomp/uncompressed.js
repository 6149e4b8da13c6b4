// Between servers on one network, compression costs ten times as much CPU as everything else: see README.md.

/** Returns a subclass without permessage-deflate, which ws and wsimd/ws offer by default. */
export const uncompressed = (WebSocket) =>
  class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { perMessageDeflate: false });
    }
  };
