'use strict';
// What went wrong, in the words of the protocol.

const MESSAGE_CHARS_MAX = 8000;
const LINES_MAX = 200;
const LINE_CHARS_MAX = 2000;

/** A function that cannot be loaded; the message is the one reason. Its cause, if any, gives the stacktrace. */
class Refused extends Error {}

/** The fields of an ERROR or LOAD_FAILED frame. */
function failure(type, message, lines = []) {
  if (lines.length > LINES_MAX) {
    lines = [...lines.slice(0, LINES_MAX / 2 - 1), '    ...', ...lines.slice(-LINES_MAX / 2)];
  }
  return {
    type,
    message: cut(message, MESSAGE_CHARS_MAX),
    stacktrace: lines.map((line) => cut(line, LINE_CHARS_MAX)),
  };
}

/** The failure that something thrown by the function's own code is. */
function ofFunction(problem) {
  let type = 'FunctionError';
  try {
    if (problem instanceof TypeError) type = 'InputError';
  } catch {
    // A proxy that does not want to be asked.
  }
  return failure(type, described(problem), stacktrace(problem));
}

/** The text of something thrown, or its name where it has none or cannot say it. */
function described(problem) {
  try {
    return problem instanceof Error ? String(problem.message || problem.name) : String(problem);
  } catch {
    return 'something that has no text';
  }
}

/** As Node prints it, without the frames of this runtime. */
function stacktrace(problem) {
  try {
    const lines = problem instanceof Error ? String(problem.stack).split('\n') : [];
    return lines.filter((line) => !/^ {4}at .*\bnode:internal\//.test(line) && !isOurs(line));
  } catch {
    return [];
  }
}

function isOurs(line) {
  return line.startsWith('    at ') && line.includes(__dirname + '/');
}

function cut(text, most) {
  return text.length <= most ? text : text.slice(0, most - 3) + '...';
}

module.exports = { Refused, failure, ofFunction, described, stacktrace };
