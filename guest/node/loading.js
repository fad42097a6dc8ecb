'use strict';
// Gets a function from its package: files, module, export, convention.

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');
const { Refused, described } = require('./failures');
const served = require('./served');

const PROGRAMS = '.sluice-programs'; // which files may be executed, of those that an image brought
const SOURCE = /\.[cm]?js$/;

class Package {
  #directory;
  #problem = null;
  #files = new Set();
  #sources = new Set();

  constructor(directory) {
    this.#directory = path.resolve(directory);
  }

  /** Appends to one file. A problem is kept for `load`, which is where it can be told. */
  add(name, content) {
    if (this.#problem !== null) return;
    if (!isNormalized(name)) {
      this.#problem = 'the package has a file with a forbidden name';
      return;
    }
    try {
      const target = path.join(this.#directory, name);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, content, { flag: 'a' });
    } catch (problem) {
      this.#problem = 'cannot write the package: ' + problem.code;
    }
    this.#files.add(name);
    if (SOURCE.test(name) && !name.startsWith('node_modules/')) this.#sources.add(name);
  }

  /** The function and its convention, any but `auto`. Throws Refused. */
  async load(handler, convention) {
    if (this.#problem !== null) throw new Refused(this.#problem);
    fs.mkdirSync(this.#directory, { recursive: true });
    process.chdir(this.#directory);
    if (this.#files.has(PROGRAMS)) {
      fs.readFileSync(PROGRAMS, 'utf8').split('\n').filter((name) => this.#files.has(name))
        .forEach((name) => fs.chmodSync(name, 0o700));
    }
    if (convention === 'http') return { fn: await served.start(this.#program(handler)), convention };
    handler = handler || this.#byDefault(convention);
    const named = convention === 'auto' || convention === 'lambda' ? this.#lambda(handler) : null;
    const main = await this.#exported(named === null ? handler : named.file);
    const member = named === null ? 'handler' : named.member;
    if (convention === 'auto') convention = decided(main, named, member);
    return { fn: entry(main, handler, convention, member), convention };
  }

  /** What `index.handler` means to AWS Lambda: a source file and what it exports; null for something else. */
  #lambda(handler) {
    const parts = /^([\w./-]+)\.([\w$]+)$/.exec(handler);
    if (parts === null || this.#sources.has(path.normalize(handler))) return null;
    const file = ['.js', '.mjs', '.cjs'].map((ending) => path.normalize(parts[1]) + ending)
      .find((name) => this.#sources.has(name));
    return file === undefined ? null : { file: './' + file, member: parts[2] };
  }

  /** The path of a file that is started. */
  #program(handler) {
    const name = path.normalize(handler || [...this.#files].join('\n'));
    if (!this.#files.has(name)) throw new Refused(`there is no file ${handler || 'named'} to start`);
    fs.chmodSync(name, 0o755);
    return './' + name;
  }

  #byDefault(convention) {
    if (convention === 'faasten' || (convention === 'auto' && this.#sources.has('workload.js'))) return './workload.js';
    if (convention === 'lambda' && this.#lambda('index.handler') !== null) return 'index.handler';
    if (this.#sources.size !== 1) {
      throw new Refused('no handler is given, and the package has not exactly one source file');
    }
    return './' + [...this.#sources][0];
  }

  async #exported(handler) {
    const requireHere = createRequire(this.#directory + '/');
    const wanted = path.resolve(this.#directory, handler);
    let file;
    try {
      file = requireHere.resolve(wanted);
    } catch {
      throw new Refused('there is no module ' + handler);
    }
    if (!file.startsWith(this.#directory + '/')) throw new Refused('the handler ' + handler + ' is outside the package');
    try {
      return await imported(requireHere, file);
    } catch (problem) {
      const name = problem instanceof Error ? problem.name : 'thrown';
      throw new Refused(`the module ${handler} does not import: ${name}: ${described(problem)}`, { cause: problem });
    }
  }
}

async function imported(requireHere, file) {
  try {
    return unwrapped(requireHere(file));
  } catch (problem) {
    const isModule = problem?.code === 'ERR_REQUIRE_ESM' || problem?.code === 'ERR_REQUIRE_ASYNC_MODULE';
    if (!isModule) throw problem;
    return unwrapped(await import(pathToFileURL(file)));
  }
}

/** An ES module's default export stands for `module.exports`, where there is one. */
function unwrapped(main) {
  const isModule = main !== null && typeof main === 'object' && (main[Symbol.toStringTag] === 'Module' || main.__esModule);
  return isModule && main.default !== undefined ? main.default : main;
}

function handleOf(main) {
  return main === null || main === undefined ? undefined : main.handle;
}

/** The convention of a function whose author named none. */
function decided(main, named, member) {
  if (named !== null) return 'lambda';
  if (typeof main === 'function') return 'dispatch';
  if (typeof handleOf(main) === 'function') return 'faasten';
  return typeof main?.[member] === 'function' ? 'lambda' : 'dispatch';
}

function entry(main, handler, convention, member) {
  if (convention === 'lambda') {
    if (typeof main?.[member] === 'function') return main[member].bind(main);
    throw new Refused(`the module ${handler} does not export a function ${member}`);
  }
  if (convention === 'dispatch') {
    if (typeof main !== 'function') throw new Refused(`the module ${handler} does not export a function`);
    return main;
  }
  if (typeof handleOf(main) !== 'function') throw new Refused(`the module ${handler} does not export a function handle`);
  return (event, cloudcall) => main.handle(event, cloudcall);
}

function isNormalized(name) {
  if (/[\\\u0000-\u001f\u007f-\u009f]/.test(name)) return false;
  return name.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

module.exports = { Package };
