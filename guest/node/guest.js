'use strict';
// Sluice's Node.js guest: runs one function in one sandbox (docs/design/cloudcalls.md).
//
// Usage: node guest.js [DIRECTORY]
//
// Speaks on descriptor 3, which must be a connected socket. The function's files go below DIRECTORY. Between two runs
// the process sleeps in a read: the function's timers and promises go on only while a run of it is in progress.

const { Writable } = require('stream');
const { KIND, Violation, TooLarge } = require('./codec');
const { Channel, Closed, writeAll } = require('./channel');
const { Refused, failure, ofFunction, described, stacktrace } = require('./failures');
const { Package } = require('./loading');
const { Inbound } = require('./spoken');
const { CloudCall, CloudCallError } = require('./faasten');
const aws = require('./aws');
const { isStream, drain } = require('./chunks');
const payloads = require('./payloads');
const { ofResult } = require('./results');

const PROTOCOL_VERSION = 1;
const CHANNEL_FD = 3;

const channel = new Channel(CHANNEL_FD);

/** Where several runs share this process: then none is ever the one in progress. */
let crew = null;

/** The run in progress. `answer` is what it will say once the event loop has turned once more. */
let current = null;
let lastCall = 0;
let isReplyOwed = false;

/** What is printed is with the platform before anything that is said later. */
function printing(name, fd) {
  const stream = new Writable({
    decodeStrings: true,
    write(chunk, encoding, done) {
      try {
        if (!crew?.prints(fd, chunk)) writeAll(fd, chunk);
      } catch {
        // The function closed it.
      }
      done();
    },
  });
  stream.fd = fd;
  Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true });
}

function settle(run, kind, value) {
  if (run !== current || run.answer !== null) return;
  if (kind === KIND.RESULT && run.finish !== null) {
    try {
      run.finish();
    } catch (problem) {
      kind = KIND.ERROR;
      value = ofFunction(problem);
    }
  }
  run.answer = { kind, value };
  setImmediate(conclude, run);
}

/** What a plain HTTP server answered. */
function settleAnswer(run, answer) {
  if (isStream(answer)) settleStream(run, answer);
  else settle(run, KIND.RESULT, { status: answer.status, body: answer.body });
}

/** Of a stream, that it has been sent; each chunk leaves as it comes. */
function settleResult(run, result) {
  if (!run.start.yields || !isStream(result)) {
    settleValue(run, result);
    return;
  }
  settleStream(run, result);
}

function settleStream(run, result) {
  const isWanted = () => run === current && run.answer === null;
  const send = (encoded) => {
    settleCall();
    channel.send(KIND.CHUNK, run.id, encoded);
  };
  drain(result, isWanted, send, run.inbound === null).then(
    () => settle(run, KIND.RESULT, null),
    (problem) => settle(run, KIND.ERROR, ofFunction(problem)),
  );
}

function settleValue(run, result) {
  const { kind, value } = ofResult(result, ': write it to context.output');
  settle(run, kind, value);
}

/** Something that nobody caught: it belongs to the run in progress, even if that one has returned already. */
function stray(problem) {
  crew?.stray(problem);
  if (current === null) return;
  const answer = { kind: KIND.ERROR, value: ofFunction(problem) };
  if (current.answer === null) setImmediate(conclude, current);
  current.answer = answer;
}

function conclude(run) {
  const { kind, value } = run.answer;
  current = null;
  settleCall();
  channel.send(kind, run.id, value);
  if (run.inbound === null) next(run.start);
  else run.inbound.drained().then(() => next(run.start)).catch(leave);
}

/** Serves runs from now on, one after the other or all that come. */
function serve({ start, concurrency }) {
  if (start === null) leave();
  else if (concurrency > 1) crew = new (require('./shared').Crew)(CHANNEL_FD, start, leave);
  else next(start);
}

/** Waits for the next run and starts it. */
function next(start) {
  const { kind, id, value } = channel.receive();
  if (kind !== KIND.RUN) throw new Violation('a frame that was not expected');
  const run = { id, answer: null, start, onIdle: null, finish: null, inbound: null };
  current = run;
  let result;
  try {
    result = start(run, value[0], value[1]);
  } catch (problem) {
    settle(run, KIND.ERROR, ofFunction(problem));
    return;
  }
  if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
    Promise.resolve(result).then(
      (value) => (start.isServed ? settleAnswer : settleResult)(run, value),
      (problem) => settle(run, KIND.ERROR, ofFunction(problem)),
    );
  } else {
    settleResult(run, result);
  }
}

function dispatch(fn) {
  return yielding((run, payload, context) => {
    const map = JSON.parse(context.toString());
    map.secrets ??= {};
    map.serviceBindings ??= {};
    const { input } = map;
    delete map.input;
    run.finish = payloads.give(map, (operation, args) => ask(run, operation, args), input);
    return fn(map, JSON.parse(payload.toString()));
  });
}

/** One whose result may come in chunks. */
function yielding(start) {
  return Object.assign(start, { yields: true });
}

function faasten(fn) {
  return yielding(async (run, payload, context) => {
    const text = payload.toString();
    const { headers = {}, blobs = {}, wrapped = false } = JSON.parse(context.toString());
    const event = wrapped ? enveloped(JSON.parse(text), blobs) : JSON.parse(text);
    if (event !== null && typeof event === 'object') {
      for (const [name, value] of Object.entries({ payload: text, headers, blobs })) {
        if (!(name in event)) Object.defineProperty(event, name, { value });
      }
    }
    const start = process.hrtime();
    const result = await fn(event, new CloudCall((operation, args) => ask(run, operation, args)));
    if (result === null || typeof result !== 'object' || Array.isArray(result) || isStream(result)) return result;
    const [seconds, nanoseconds] = process.hrtime(start);
    return { ...result, runtime_sec: seconds, runtime_ms: nanoseconds / 1e6 };
  });
}

function lambda(fn) {
  return (run, payload, context) => {
    const onIdle = (action) => { run.onIdle = action; };
    return aws.invoke(fn, JSON.parse(payload.toString()), JSON.parse(context.toString()), onIdle);
  };
}

function serving(fn) {
  const start = (run, payload, context) => {
    const about = context.toString();
    if (crew === null && JSON.parse(about).inbound === true) run.inbound = new Inbound(channel, run.id);
    return fn(payload.toString(), about, crew === null, run.inbound ?? null);
  };
  return Object.assign(start, { isServed: true });
}

const CALLERS = { dispatch, faasten, lambda, http: serving };

/** How eras B and C had their payloads through the gateway. */
function enveloped(input, blobs) {
  const [handle] = Object.values(blobs);
  return handle === undefined ? { input } : { input, 'input-blob': handle };
}

function ask(run, operation, args) {
  if (crew !== null) throw new Error('runs that share an instance make no calls: leave concurrency out for this');
  if (run !== current) throw new CloudCallError(operation, 'CLOSED');
  settleCall();
  lastCall = (lastCall % 0xffffffff) + 1;
  try {
    channel.send(KIND.CALL, lastCall, [operation, args]);
  } catch (problem) {
    if (problem instanceof Closed) leave(problem);
    if (!(problem instanceof Violation)) throw problem;
    throw new CloudCallError(operation, problem instanceof TooLarge ? 'TOO_LARGE' : 'INVALID');
  }
  isReplyOwed = true;
  const value = reply();
  if (value[0] !== 'OK') throw new CloudCallError(operation, value[0]);
  return value[1];
}

/** Takes the reply to a call that an exception (a recursion's end) cut short. */
function settleCall() {
  if (isReplyOwed) reply();
}

function reply() {
  try {
    const { kind, id, value } = channel.receive();
    if (kind !== KIND.REPLY || id !== lastCall) throw new Violation('a frame that was not expected');
    isReplyOwed = false;
    return value;
  } catch (problem) {
    if (problem instanceof Closed || problem instanceof Violation) leave(problem);
    throw problem;
  }
}

/** Ends the process: the platform hung up, or said something that is not in the protocol. */
function leave(problem = new Closed()) {
  if (!(problem instanceof Closed)) console.error('sluice guest: ' + described(problem));
  process.reallyExit(0);
}

async function load(directory) {
  const files = new Package(directory);
  let frame = channel.receive();
  for (; frame.kind === KIND.FILE; frame = channel.receive()) files.add(frame.value.path, frame.value.content);
  if (frame.kind !== KIND.LOAD) throw new Violation('a frame that was not expected');
  try {
    const { fn, convention } = await files.load(frame.value.handler, frame.value.convention);
    channel.send(KIND.LOADED, frame.id, { convention });
    return { start: CALLERS[convention](fn), concurrency: frame.value.concurrency ?? 1 };
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    const lines = problem.cause === undefined ? [] : stacktrace(problem.cause);
    channel.send(KIND.LOAD_FAILED, frame.id, failure('FunctionError', problem.message, lines));
    return { start: null };
  }
}

function main(directory) {
  printing('stdout', 1);
  printing('stderr', 2);
  process.on('uncaughtException', (problem) => {
    if (problem instanceof Closed || problem instanceof Violation) leave(problem);
    stray(problem);
  });
  process.on('unhandledRejection', (problem) => {
    if (problem instanceof Closed || problem instanceof Violation) leave(problem);
    stray(problem);
  });
  process.on('beforeExit', () => {
    if (current?.onIdle) current.onIdle();
    else stray(new Error('the function waits for something that will never happen'));
  });
  channel.send(KIND.HELLO, 0, { protocol: PROTOCOL_VERSION, runtime: 'nodejs', version: process.version.slice(1) });
  load(directory).then((loaded) => setImmediate(serve, loaded), leave);
}

main(process.argv[2] ?? '/tmp/function');
