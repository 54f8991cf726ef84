// What happens, as it happens. The browser connects again by itself; the service then tells the latest anew.

const QUIET_MILLIS = 8000;

export function follow(handlers, onState) {
  let source;
  let heard = Date.now();

  const connect = () => {
    source = new EventSource("api/live/events");
    source.addEventListener("open", () => onState("live"));
    source.addEventListener("error", () => {
      onState("away");
      // A browser gives up on answers other than a stream.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    });
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => {
        heard = Date.now();
        handle(JSON.parse(event.data));
      });
    }
  };
  connect();

  // Vitals come every second: silence is a broken line that nobody noticed.
  setInterval(() => {
    if (Date.now() - heard > QUIET_MILLIS && source.readyState === EventSource.OPEN) {
      heard = Date.now();
      source.close();
      onState("away");
      connect();
    }
  }, 2000);
}
