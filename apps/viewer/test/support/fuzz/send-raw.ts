import { connect } from 'node:net';

/** What became of a connection. */
export interface RawAnswer {
  /** What the server sent, as Latin-1. */
  readonly text: string;
  /** Whether the server was done, with an answer or without, before the time was over. */
  readonly isDone: boolean;
}

/** Sends bytes over a connection of its own and closes this side of it; gives up after `patienceMs`. */
export function sendRaw(port: number, bytes: Uint8Array, patienceMs: number): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    const finish = (isDone: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: Buffer.concat(parts).toString('latin1'), isDone });
    };
    const timer = setTimeout(finish, patienceMs, false);
    socket.on('data', (part) => parts.push(part));
    // A server that drops a connection with bytes unread resets it.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      finish(true);
    });
    socket.end(bytes);
  });
}
