// Answers requests, in StarlingMonkey's way.

const encoder = new TextEncoder();
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

let served = 0;

/** A body that is made while it is sent. */
function slowly(count) {
  let made = 0;
  return new ReadableStream({
    async pull(controller) {
      if (made === count) {
        controller.close();
        return;
      }
      made++;
      controller.enqueue(encoder.encode(`piece ${made};`));
      await pause(1);
    },
  });
}

async function answer(request) {
  served++;
  const url = new URL(request.url);
  switch (url.pathname) {
    case '/hello':
      return new Response(`hello ${url.searchParams.get('name')}, ${request.headers.get('x-asked')}`, {
        status: 201,
        headers: { 'x-served': String(served) },
      });
    case '/echo':
      return new Response(request.body);
    case '/length':
      return new Response(String((await request.arrayBuffer()).byteLength));
    case '/slowly':
      return new Response(slowly(20));
    case '/spin':
      for (;;) {}
    case '/throw':
      throw new Error('not for the client');
    case '/get':
      return await fetch(url.searchParams.get('url'));
    default:
      return new Response('nothing here', { status: 404 });
  }
}

addEventListener('fetch', (event) => event.respondWith(answer(event.request)));
