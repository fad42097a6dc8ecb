// Greets whoever the payload names.
module.exports = function (context, payload) {
  const { name = "Noone", place = "Nowhere" } = payload;
  return { myField: `Hello, ${name} from ${place}` };
};
