'use strict';
// Plain HTTP servers as functions: the program listens on $PORT of its own loopback, and a run is one request to it.

const { isUtf8 } = require('buffer');
const { spawn } = require('child_process');
const http = require('http');
const net = require('net');
const { isStream } = require('./chunks');
const { Refused } = require('./failures');
const { UPGRADE, joined } = require('./spoken');

const START_MILLISECONDS_MAX = 20_000;
const LOOK_AGAIN_MILLISECONDS = 5;
const BODY_BYTES_MAX = 6 << 20;
const CONTEXT_BYTES_MAX = 8 << 10;
const DEATH_MILLISECONDS = 1000;
const FAILED = 500;
const SAID_CHARS_MAX = 500;
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);
const REQUEST_FIELDS = new Set(['method', 'path', 'query', 'headers', 'body']);
const GATEWAYS_OWN = new Set(
  ['args', 'request', 'request-uri', 'scheme', 'server-protocol', 'upstream-uri', 'uri', 'method'],
);
const NOT_PASSED_ON = new Set(
  ['connection', 'content-length', 'expect', 'host', 'sluice-context', 'te', 'transfer-encoding', 'upgrade'],
);

/** The server failed: its own answer, or the connection. */
class ServerFailed extends Error {}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Starts the program; a function of payload, context, whether the answer may come in pieces, and what the client says
 * after the request or null, which gives status and body, or head and pieces. Throws Refused.
 */
async function start(program) {
  const port = await freePort();
  const command = /\.[cm]?js$/.test(program) ? [process.execPath, program] : [program];
  let ended = null;
  let isNeeded = false;
  const child = spawn(command[0], command.slice(1), {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PORT: String(port) },
  });
  child.on('error', (problem) => { ended = problem.code; });
  child.on('exit', (code, signal) => {
    if (isNeeded) process.reallyExit(code || 1);
    ended = code ?? signal;
  });
  child.unref();
  for (const end = Date.now() + START_MILLISECONDS_MAX; !(await listens(port));) {
    if (ended !== null) throw new Refused(`it ended with code ${ended}, and it did not listen on $PORT`);
    if (Date.now() > end) throw new Refused(`in ${START_MILLISECONDS_MAX / 1000} seconds it did not listen on $PORT`);
    await pause(LOOK_AGAIN_MILLISECONDS);
  }
  isNeeded = true;
  if (ended !== null) process.reallyExit(1);
  return async (payload, context, mayStream, inbound) => {
    const about = JSON.parse(context);
    const request = asked(payload, about);
    if (inbound !== null) Object.assign(request.headers, UPGRADE);
    const isStreamed = mayStream && about.httpContext?.streams === true;
    try {
      const answer = await sent(port, request, isStreamed, inbound);
      return isStream(answer) ? answer : answered(answer);
    } catch (problem) {
      if (problem instanceof ServerFailed) throw problem;
      await pause(DEATH_MILLISECONDS); // of which this process dies too, if it was that
      throw new ServerFailed('the server broke the connection: ' + problem.message);
    }
  };
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function listens(port) {
  return new Promise((resolve) => {
    const probe = net.connect(port, '127.0.0.1');
    probe.on('connect', () => { probe.destroy(); resolve(true); });
    probe.on('error', () => resolve(false));
  });
}

function sent(port, { method, path, headers, body }, isStreamed, inbound) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      if (isStreamed && response.statusCode < FAILED) {
        resolve(pieces(response));
        return;
      }
      const chunks = [];
      let bytes = 0;
      response.on('data', (chunk) => {
        bytes += chunk.length;
        if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
        else response.destroy(new ServerFailed(`the answer has more than ${BODY_BYTES_MAX} bytes`));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
    });
    if (inbound !== null) {
      request.on('upgrade', (response, socket, head) => resolve(joined(response, socket, head, inbound)));
    }
    request.on('error', reject);
    request.end(body);
  });
}

/** Head and pieces, as an API that streams has them. */
async function* pieces(response) {
  yield { status: response.statusCode, headers: response.headers };
  try {
    for await (const piece of response) {
      yield isUtf8(piece) ? piece.toString() : { base64: piece.toString('base64') };
    }
  } catch (problem) {
    throw new ServerFailed('the server broke the connection: ' + problem.message);
  }
}

function answered({ status, body }) {
  if (status < FAILED) return { status, body };
  throw new ServerFailed(`the server answered ${status}: ${body.toString().slice(0, SAID_CHARS_MAX)}`);
}

/** Method, path with query, headers and body of the request that a run is. Throws TypeError. */
function asked(payload, context) {
  const value = JSON.parse(payload);
  let request;
  if (isObject(context.httpContext)) request = ofGateway(value, context.httpContext);
  else if (isObject(value) && isRequest(Object.keys(value))) request = stated(value);
  else request = { method: 'POST', path: '/', headers: { 'content-type': JSON_TYPE }, body: payload };
  if (typeof request.method !== 'string' || !/^[A-Z]{1,20}$/.test(request.method)) {
    throw new TypeError("the method is not one of HTTP's");
  }
  if (typeof request.path !== 'string' || !/^\/[!-~]*$/.test(request.path)) {
    throw new TypeError('the path does not begin with / or has characters that a path has not');
  }
  for (const [name, text] of Object.entries(request.headers)) {
    http.validateHeaderName(name);
    http.validateHeaderValue(name, text);
  }
  return { ...request, headers: { ...request.headers, ...told(context) } };
}

function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isRequest(names) {
  return names.every((name) => REQUEST_FIELDS.has(name)) && (names.includes('method') || names.includes('path'));
}

/** As the API gateway had it; of a request without a body the input is the query, which is in the path. */
function ofGateway(value, sent) {
  const method = sent.method ?? 'POST';
  const passedOn = ([name, text]) => typeof text === 'string' && !GATEWAYS_OWN.has(name) && !NOT_PASSED_ON.has(name);
  const headers = Object.fromEntries(Object.entries(sent).filter(passedOn));
  const path = sent['request-uri'] ?? sent.request_uri ?? sent.uri ?? '/';
  if (WITHOUT_BODY.has(method)) return { method, path, headers };
  const isForm = isObject(value) && (headers['content-type'] ?? '').startsWith(FORM_TYPE);
  return { method, path, headers, body: isForm ? query(value) : encoded(value, headers) };
}

function stated({ method, path = '/', query: parameters, headers: given, body }) {
  const headers = {};
  for (const [name, text] of Object.entries(given ?? {})) {
    if (!NOT_PASSED_ON.has(name.toLowerCase())) headers[name.toLowerCase()] = String(text);
  }
  const isBare = body === undefined || body === null;
  return {
    method: method ?? (isBare ? 'GET' : 'POST'),
    path: isObject(parameters) ? `${path}?${query(parameters)}` : path,
    headers,
    body: isBare ? undefined : encoded(body, headers),
  };
}

function query(parameters) {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]));
  return new URLSearchParams(pairs).toString();
}

/** A text is the body itself, anything else is JSON. */
function encoded(value, headers) {
  if (typeof value === 'string') return value;
  headers['content-type'] ??= JSON_TYPE;
  return JSON.stringify(value);
}

/** What the function's author asked to be told, as a header; nothing if that is nothing. */
function told(context) {
  const isTold = ([, value]) => value && Object.keys(value).length > 0;
  const { secrets, serviceBindings, claims, deadline } = context;
  const fields = Object.entries({ secrets, serviceBindings, claims, deadline }).filter(isTold);
  if (fields.length === 0) return {};
  const text = JSON.stringify(Object.fromEntries(fields)).replace(/[\u007f-\uffff]/g, escaped);
  if (text.length > CONTEXT_BYTES_MAX) {
    throw new TypeError(`secrets and service bindings have more than ${CONTEXT_BYTES_MAX} bytes together`);
  }
  return { 'sluice-context': text };
}

function escaped(char) {
  return '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0');
}

module.exports = { start };
