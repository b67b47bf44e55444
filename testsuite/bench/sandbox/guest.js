export function greet(name) {
  return `Hello, ${name}!`;
}

export function compute(n) {
  let total = 0;
  for (let i = 0; i < n; i++) {
    total += i * i;
  }
  return total;
}
