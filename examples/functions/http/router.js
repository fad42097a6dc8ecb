'use strict';
// A plain HTTP server with two routes.

const http = require('http');

const ROUTES = {
  'GET /time': ({ query }) => ({ iso: new Date(Number(query.get('seconds')) * 1000).toISOString() }),
  'POST /sum': ({ body }) => ({ sum: JSON.parse(body).reduce((sum, number) => sum + number, 0) }),
};

http.createServer(async (request, response) => {
  const { pathname, searchParams: query } = new URL(request.url, 'http://localhost');
  const route = ROUTES[`${request.method} ${pathname}`];
  let body = '';
  for await (const chunk of request) body += chunk;
  response.writeHead(route ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(route ? route({ query, body }) : { missing: pathname }));
}).listen(process.env.PORT, '127.0.0.1');
