// Uses `fetch` on request.

/** The length of a body, which is read piece by piece. */
async function length(response) {
  const reader = response.body.getReader();
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return total;
    }
    total += value.length;
  }
}

/** A body of `count` pieces, made as they are asked for. */
function stream(count) {
  let made = 0;
  return new ReadableStream({
    pull(controller) {
      if (made === count) {
        controller.close();
        return;
      }
      made++;
      controller.enqueue(new TextEncoder().encode(`piece ${made};`));
    },
  });
}

export async function act(what, url) {
  switch (what) {
    case 'get': {
      const response = await fetch(url);
      return `${response.status} ${response.headers.get('x-served-by')} ${await response.text()}`;
    }
    case 'stream':
      return String(await length(await fetch(url)));
    case 'upload': {
      const response = await fetch(url, { method: 'POST', body: stream(1000), duplex: 'half' });
      return await response.text();
    }
    case 'endless download':
      await length(await fetch(url));
      return 'it ended';
    case 'endless requests':
      for (;;) {
        await (await fetch(url)).text();
      }
    case 'try':
      try {
        await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) });
        return 'allowed';
      } catch (error) {
        return 'refused';
      }
    default:
      return `unknown: ${what}`;
  }
}
