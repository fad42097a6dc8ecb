'use strict';
// AWS Lambda's convention: `exports.handler = async (event, context)`, or with a callback.

const { randomUUID } = require('crypto');

const VERSION = '$LATEST';

/**
 * What AWS tells a function of its invocation. Identities and clients are of AWS's own services: there are none.
 * `secrets` and `serviceBindings` are not AWS's.
 */
class LambdaContext {
  #deadline;

  constructor(told) {
    this.#deadline = told.deadlineMillis ?? 0;
    this.callbackWaitsForEmptyEventLoop = true;
    this.awsRequestId = randomUUID(); // the run's own id is not the function's to know
    this.functionName = told.function ?? '';
    this.functionVersion = VERSION;
    this.invokedFunctionArn = 'arn:aws:lambda:local:000000000000:function:' + this.functionName;
    this.memoryLimitInMB = String(told.memoryMib ?? 0);
    this.logGroupName = '/aws/lambda/' + this.functionName;
    this.logStreamName = VERSION;
    this.identity = undefined;
    this.clientContext = undefined;
    this.secrets = told.secrets ?? {};
    this.serviceBindings = told.serviceBindings ?? {};
  }

  getRemainingTimeInMillis() {
    return Math.max(0, this.#deadline - Date.now());
  }
}

/**
 * What a call of `fn` gives: a promise that never ends if it is one with a callback that is never called. `onIdle` is
 * told what to do then.
 */
function invoke(fn, event, told, onIdle) {
  return new Promise((resolve, reject) => {
    const callback = (problem, result) => (problem === null || problem === undefined ? resolve(result) : reject(problem));
    const context = new LambdaContext(told);
    context.done = callback;
    context.succeed = resolve;
    context.fail = reject;
    const result = fn(event, context, callback);
    if (typeof result?.then === 'function') result.then(resolve, reject);
    else onIdle(() => resolve(null));
  });
}

module.exports = { invoke };
