/* Fetches the one address that it is told, without cookies, and gives its bytes back. */
addEventListener(
  "message",
  async ({ data: { address }, ports: [port] }) => {
    try {
      const response = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!response.ok) return port.postMessage({ status: response.status });
      const total = response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length") ?? 0);
      const parts = [];
      let loaded = 0;
      for (const reader = response.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        loaded += value.length;
        port.postMessage({ loaded, total: Math.max(total, loaded) });
      }
      const bytes = await new Blob(parts).arrayBuffer();
      port.postMessage({ bytes }, [bytes]);
    } catch {
      port.postMessage({ status: 0 });
    }
  },
  { once: true },
);
