'use strict';
// AWS Lambda, Node.js: answers a request as AWS's API gateway hands it over.

exports.handler = async (event, context) => {
  const name = event.queryStringParameters?.name ?? 'Noone';
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: `Hello, ${name}`, by: context.functionName }),
  };
};
