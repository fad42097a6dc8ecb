// Greets whoever the payload names. What it prints is the run's log.
module.exports = async function (context, payload) {
  const { name = "Noone" } = payload;
  console.log(`greeting ${name}`);
  return { greeting: `Hello, ${name}` };
};
