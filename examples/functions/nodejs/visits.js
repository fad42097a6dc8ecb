'use strict';
// State: what a module keeps is there in the next run of the same instance, and gone with it. Never rely on it.

let visits = 0;

module.exports = () => ({ visitsOfThisInstance: ++visits });
