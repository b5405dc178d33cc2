/** Counts the buffers of one device that are alive, and their bytes. */
export class BufferLedger {
  #buffers = 0;
  #bytes = 0;
  #peakBytes = 0;

  get liveBuffers(): number {
    return this.#buffers;
  }

  get liveBytes(): number {
    return this.#bytes;
  }

  /** The largest `liveBytes` since the beginning or the last `resetPeak`. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  resetPeak(): void {
    this.#peakBytes = this.#bytes;
  }

  /** Enters a buffer, which leaves when it is destroyed: `destroy()` stays the one way to free it. */
  enter(buffer: GPUBuffer): GPUBuffer {
    const { size } = buffer;
    this.#buffers += 1;
    this.#bytes += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);

    let live = true;
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      if (live) {
        live = false;
        this.#buffers -= 1;
        this.#bytes -= size;
      }
      destroy();
    };
    return buffer;
  }
}
