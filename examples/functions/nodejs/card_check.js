'use strict';
// Whether a card's number can be one (Luhn's check), and whose.

const ISSUERS = [[/^4/, 'Visa'], [/^(5[1-5]|2[2-7])/, 'Mastercard'], [/^3[47]/, 'American Express']];

module.exports = (context, { number }) => {
  const digits = number.replace(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits)) throw new TypeError('a card has 12 to 19 digits');
  const sum = [...digits].reverse().reduce((total, digit, n) => {
    const value = n % 2 === 1 ? digit * 2 : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return { valid: sum % 10 === 0, issuer: ISSUERS.find(([beginning]) => beginning.test(digits))?.[1] ?? null };
};
