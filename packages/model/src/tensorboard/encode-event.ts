import protobuf from 'protobufjs/minimal.js';

/** One entry of a TensorBoard log. `wallTime` is in seconds since 1970. */
export type LogEvent =
  | { readonly kind: 'version'; readonly wallTime: number }
  | {
      readonly kind: 'scalars';
      readonly wallTime: number;
      readonly step: number;
      readonly values: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'text';
      readonly wallTime: number;
      readonly step: number;
      readonly tag: string;
      /** Markdown. */
      readonly text: string;
    };

/**
 * The bytes of a `tensorflow.Event`.
 *
 * Source of the field numbers: TensorFlow, `core/util/event.proto`, `core/framework/summary.proto`, `tensor.proto` and
 * `types.proto`.
 */
export function encodeEvent(event: LogEvent): Uint8Array {
  const writer = protobuf.Writer.create().uint32(key(1, FIXED64)).double(event.wallTime);
  switch (event.kind) {
    case 'version':
      return writer.uint32(key(3, BYTES)).string('brain.Event:2').finish();
    case 'scalars':
      writer.uint32(key(2, VARINT)).int64(event.step).uint32(key(5, BYTES)).fork();
      for (const [tag, value] of Object.entries(event.values)) {
        const simpleValue = protobuf.Writer.create().uint32(key(1, BYTES)).string(tag);
        simpleValue.uint32(key(2, FIXED32)).float(value);
        writer.uint32(key(1, BYTES)).bytes(simpleValue.finish());
      }
      return writer.ldelim().finish();
    case 'text': {
      const plugin = protobuf.Writer.create().uint32(key(1, BYTES)).string('text');
      const metadata = protobuf.Writer.create().uint32(key(1, BYTES)).bytes(plugin.finish());
      metadata.uint32(key(4, VARINT)).int32(DATA_CLASS_TENSOR);
      const tensor = protobuf.Writer.create().uint32(key(1, VARINT)).int32(DT_STRING);
      // The shape of one string: no dimensions.
      tensor.uint32(key(2, BYTES)).bytes(new Uint8Array(0));
      tensor.uint32(key(8, BYTES)).string(event.text);
      const value = protobuf.Writer.create().uint32(key(1, BYTES)).string(event.tag);
      value.uint32(key(8, BYTES)).bytes(tensor.finish());
      value.uint32(key(9, BYTES)).bytes(metadata.finish());
      const summary = protobuf.Writer.create().uint32(key(1, BYTES)).bytes(value.finish());
      writer.uint32(key(2, VARINT)).int64(event.step);
      return writer.uint32(key(5, BYTES)).bytes(summary.finish()).finish();
    }
  }
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const DT_STRING = 7;
const DATA_CLASS_TENSOR = 2;

/** What precedes a field: its number and how its value is written. */
function key(field: number, wireType: number): number {
  return field * 8 + wireType;
}
