'use strict';
// The one function for Node.js that was published: it answers an empty object.

exports.handle = async (req, sc) => ({});
