// Fetches, with a header whose value it doesn't know.

export async function get(address) {
  const response = await fetch(address, {
    headers: { authorization: "Bearer {{placeholder-of-it}}" },
  });
  return `${response.status} ${await response.text()} ${Math.random()}`;
}
