'use strict';
// Takes longer than its timeout (in examples.json): the run is ended by the server.

module.exports = () => new Promise((resolve) => setTimeout(resolve, 60_000, 'too late'));
