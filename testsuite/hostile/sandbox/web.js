// Attacks by fetch: every function in `attacks` is one, by its name.

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The length of a body, which is read piece by piece. */
async function length(body) {
  const reader = body.getReader();
  for (let total = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return total;
    total += value.length;
  }
}

const attacks = {
  async requestsWithoutEnd(url) {
    for (;;) await (await fetch(url + '/small')).text();
  },
  async requestsAtOnce(url) {
    await Promise.all(Array.from({ length: 1000 }, () => fetch(url + '/never')));
  },
  async requestsThatNobodyReads(url) {
    for (;;) await fetch(url + '/small');
  },
  downloadWithoutEnd: async (url) => length((await fetch(url + '/endless')).body),
  downloadAtOnce: async (url) => (await (await fetch(url + '/endless')).arrayBuffer()).byteLength,
  async uploadWithoutEnd(url) {
    const piece = new Uint8Array(4096);
    const body = new ReadableStream({ pull: (controller) => controller.enqueue(piece) });
    return (await fetch(url + '/upload', { method: 'POST', body, duplex: 'half' })).status;
  },
  slowDrip: async (url) => (await fetch(url + '/drip')).text(),
  slowHead: async (url) => (await fetch(url + '/slow-head')).status,
  headWithoutEnd: async (url) => (await fetch(url + '/endless-head')).status,
  answerThatLies: async (url) => (await (await fetch(url + '/lies')).text()).length,
  /** A redirect isn't followed; the guest does it by hand. */
  async redirectToLoopback(url) {
    const response = await fetch(url + '/redirect');
    return (await fetch(response.headers.get('location'))).status;
  },
  async redirectsInCircles(url) {
    for (let to = url + '/circle'; ; ) {
      const response = await fetch(to);
      await response.text();
      to = new URL(response.headers.get('location'), to).href;
    }
  },
  /** There is a stream that unpacks. */
  async decompressionBomb(url) {
    const packed = new Blob([await (await fetch(url + '/bomb')).arrayBuffer()]).stream();
    return (await new Response(packed.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()).byteLength;
  },
  async headerInjection(url) {
    const evil = 'x\r\nx-injected: yes\r\n\r\nGET /injected HTTP/1.1\r\n';
    const attempts = [
      () => fetch(url + '/small', { headers: { x: evil } }),
      () => fetch(url + '/small', { headers: { [evil]: 'x' } }),
      () => fetch(url + '/small', { headers: new Headers([['x', evil]]) }),
    ];
    for (const [number, attempt] of attempts.entries()) {
      let came;
      try {
        came = await attempt();
      } catch {
        continue;
      }
      throw new Error(`injected ${number}: ${came.status}`);
    }
    // These are allowed, and must come to nothing: the server says.
    await fetch(url + '/small', { method: 'GET /injected HTTP/1.1\r\n\r\nGET' }).catch(() => {});
    await fetch(url + '/small?\r\nx-injected: yes').catch(() => {});
    await fetch(url + '/small', { headers: { host: 'elsewhere.example', 'transfer-encoding': 'chunked' } }).catch(() => {});
    return 'kept out';
  },
  async formsOfThisMachine(url) {
    const { port } = new URL(url);
    const hosts = ['localhost', 'localhost.', '127.1', '127.0.0.2', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0', '[::1]',
      '[::ffff:127.0.0.1]', '[::]', '[64:ff9b::7f00:1]', '169.254.169.254', 'x@127.0.0.1'];
    for (const host of hosts) {
      let came;
      try {
        came = await fetch(`http://${host}:${port}/small`);
      } catch {
        continue;
      }
      throw new Error(`reached ${host}: ${came.status}`);
    }
    return 'kept out';
  },
  async otherSchemes() {
    for (const url of ['file:///etc/passwd', 'ftp://127.0.0.1/', 'data:text/plain,x', 'javascript:1', 'blob:null/x', 'ws://127.0.0.1/']) {
      let came;
      try {
        came = await fetch(url);
      } catch {
        continue;
      }
      throw new Error(`reached ${url}: ${came.status}`);
    }
    return 'kept out';
  },
  async nameThatChanges(url) {
    const { port } = new URL(url);
    for (let i = 0; i < 3; i++) {
      let came;
      try {
        came = await fetch(`http://inside.example:${port}/small`);
      } catch {
        continue;
      }
      throw new Error(`reached: ${came.status}`);
    }
    return 'kept out';
  },
  /** Requests are going on when the call is over. */
  async requestsLeftBehind(url) {
    for (let i = 0; i < 5; i++) fetch(url + '/never').catch(() => {});
    await pause(20);
    return 'left';
  },
};

export const act = (what, url) => attacks[what](url).then(String);
