// graphql-ws: it is given a server of ws, or of wsimd/ws.

import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import * as ws from 'ws';
import { listening, met, plug } from './support.mjs';

const { WebSocketServer } = plug ? await import('wsimd/ws') : ws;
const schema = buildSchema(
  'type Query { hello: String } type Subscription { count(to: Int!): Int }',
);
const roots = {
  query: { hello: () => '안녕' },
  subscription: {
    count: async function* ({ to }) {
      for (let i = 0; i < to; i++) yield { count: i };
    },
  },
};
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/graphql' }, () =>
  listening(server),
);
server.on('connection', met);
useServer({ schema, roots }, server);
