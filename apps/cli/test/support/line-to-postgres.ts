import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A line to a database, which can be cut, or go dead without either end being told. */
export interface Line {
  /** Of the database, by this line. */
  readonly url: string;
  /** Breaks what is connected; who connects again is let through, or not. */
  cut(isGone?: boolean): void;
  /** From now on nothing comes back. */
  silence(): void;
  /** Connections that are open. */
  readonly connected: number;
  close(): Promise<void>;
}

/** @param url of the database */
export async function startLine(url: string): Promise<Line> {
  const { hostname, port } = new URL(url);
  const open = new Map<Socket, Socket>();
  let [isGone, isSilent] = [false, false];
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (isGone) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    open.set(near, far);
    near.on('close', () => {
      open.delete(near);
      far.destroy();
    });
    // Errors of either are told by its end.
    near.on('error', () => undefined).on('data', (bytes) => far.write(bytes));
    near.on('end', () => {
      if (!isSilent) far.end();
    });
    far
      .on('error', () => undefined)
      .on('close', () => {
        if (!isSilent) near.destroy();
      });
    far.on('data', (bytes) => {
      if (!isSilent) near.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.port = (server.address() as AddressInfo).port.toFixed();
  const cut = (): void => {
    for (const near of open.keys()) near.destroy();
  };
  return {
    url: own.href,
    cut: (gone = false) => {
      isGone = gone;
      cut();
    },
    silence: () => {
      isSilent = true;
    },
    get connected() {
      return open.size;
    },
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => {
          resolve();
        });
      }),
  };
}
