/** "1 seat", "3 seats": for languages with one form for one and another for all other numbers. */
export function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}
