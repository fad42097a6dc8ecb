'use strict';
// AWS Lambda, Node.js with a callback, as functions were written before there were promises.

exports.handler = (event, context, callback) => {
  setTimeout(() => {
    if (event.fail) callback(new Error('it failed'));
    else callback(null, event.numbers.reduce((sum, number) => sum + number, 0));
  }, 1);
};
