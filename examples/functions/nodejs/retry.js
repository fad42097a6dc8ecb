'use strict';
// Tries something unreliable again, each time a little later.

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function retried(action, times) {
  for (let attempt = 1; ; attempt++) {
    try {
      return { value: await action(attempt), attempts: attempt };
    } catch (problem) {
      if (attempt === times) throw problem;
      await pause(2 ** attempt);
    }
  }
}

module.exports = (context, { failures, times }) => retried(async (attempt) => {
  console.log('attempt', attempt);
  if (attempt <= failures) throw new Error(`it failed ${attempt} times`);
  return 'done';
}, times);
