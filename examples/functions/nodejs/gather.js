'use strict';
// Asynchronous: waits for several things at once, and gives what came and what failed.

const after = (milliseconds, value) => new Promise((resolve) => setTimeout(resolve, milliseconds, value));

async function price(shop) {
  await after(shop.milliseconds);
  if (shop.price === undefined) throw new Error('closed');
  return shop.price;
}

module.exports = async (context, shops) => {
  const prices = await Promise.allSettled(shops.map(price));
  const told = prices.map((one, n) => [shops[n].name, one.value ?? one.reason.message]);
  return Object.fromEntries(told);
};
