import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

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
  const writer = new BinaryWriter().tag(1, WireType.Bit64).double(event.wallTime);
  switch (event.kind) {
    case 'version':
      return writer.tag(3, WireType.LengthDelimited).string('brain.Event:2').finish();
    case 'scalars':
      writer.tag(2, WireType.Varint).int64(event.step).tag(5, WireType.LengthDelimited).fork();
      for (const [tag, value] of Object.entries(event.values)) {
        const simpleValue = new BinaryWriter().tag(1, WireType.LengthDelimited).string(tag);
        simpleValue.tag(2, WireType.Bit32).float(value);
        writer.tag(1, WireType.LengthDelimited).bytes(simpleValue.finish());
      }
      return writer.join().finish();
    case 'text': {
      const plugin = new BinaryWriter().tag(1, WireType.LengthDelimited).string('text');
      const metadata = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(plugin.finish());
      metadata.tag(4, WireType.Varint).int32(DATA_CLASS_TENSOR);
      const tensor = new BinaryWriter().tag(1, WireType.Varint).int32(DT_STRING);
      // The shape of one string: no dimensions.
      tensor.tag(2, WireType.LengthDelimited).bytes(new Uint8Array(0));
      tensor.tag(8, WireType.LengthDelimited).string(event.text);
      const value = new BinaryWriter().tag(1, WireType.LengthDelimited).string(event.tag);
      value.tag(8, WireType.LengthDelimited).bytes(tensor.finish());
      value.tag(9, WireType.LengthDelimited).bytes(metadata.finish());
      const summary = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(value.finish());
      writer.tag(2, WireType.Varint).int64(event.step);
      return writer.tag(5, WireType.LengthDelimited).bytes(summary.finish()).finish();
    }
  }
}

const DT_STRING = 7;
const DATA_CLASS_TENSOR = 2;
