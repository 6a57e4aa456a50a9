package dev.weirpool.queue.codec;

import org.jspecify.annotations.Nullable;

/**
 * Turns values into bytes and back; safe for use by many threads.
 *
 * <p>Everyday values travel without preparation: boxed primitives, strings, numbers, {@code java.time}, collections,
 * arrays, optionals, enums, records, serializable lambdas, and objects of the application's own classes, which need
 * not be {@link java.io.Serializable}. An object is written by the names of its fields, so its class may gain and lose
 * fields between writer and reader. An object met twice is one object again on the other side, and cycles are kept.
 * Transient fields stay behind. Java serialization is never used, nor are its hooks ({@code readResolve} and so on).
 *
 * <p>A JDK class that is not known to the codec is refused on both sides, by name: threads, streams, sockets, locks
 * and class loaders mean nothing in another process. A {@link Surrogate} adds what is missing.
 *
 * <p>The bytes should come from a trusted writer (see "Security" in the protocol): damaged bytes end in a
 * {@link DecodingException} and allocate no more than a small multiple of their length, but a writer who may name any
 * class of the application may also build any object of it.
 */
public final class Codec {
    private final Forms forms;
    private final Spares<Encoder> encoders = new Spares<>();
    private final Spares<Decoder> decoders = new Spares<>();

    /** Makes a codec for what is the program's own; of two surrogates that fit a class, the first one given is used. */
    public Codec(Surrogate<?, ?>... surrogates) {
        this(AllowList.ofProgram(), surrogates);
    }

    /** Makes a codec for these classes. */
    public Codec(AllowList allowed, Surrogate<?, ?>... surrogates) {
        forms = new Forms(allowed, surrogates);
    }

    /**
     * Turns a value into bytes. What it refers to must not change meanwhile.
     *
     * @throws EncodingException if something in the value cannot travel; it names where and what
     */
    public byte[] encode(@Nullable Object value) {
        return encode(Encoder.NOTHING, value);
    }

    /** The same behind a byte of the caller's, without a copy of it all. */
    public byte[] encodeBehind(byte first, @Nullable Object value) {
        return encode(first, value);
    }

    private byte[] encode(int first, @Nullable Object value) {
        Encoder encoder = encoders.take();
        if (encoder == null) {
            encoder = new Encoder(forms);
        }
        byte[] bytes = encoder.encode(first, value);
        // not in a finally block: an encoder that threw has stopped half-way and is thrown away
        if (encoder.isSmall()) {
            encoders.give(encoder);
        }
        return bytes;
    }

    /**
     * Turns bytes into the value they were made from. Classes of the application are found by name in the thread's
     * context class loader, or in the codec's own if there is none.
     *
     * @throws DecodingException if the bytes are damaged, are followed by others, or name what this side does not have
     */
    public @Nullable Object decode(byte[] bytes) {
        return decode(bytes, 0);
    }

    /** The same, of what begins at {@code from}. */
    public @Nullable Object decode(byte[] bytes, int from) {
        Decoder decoder = decoders.take();
        if (decoder == null) {
            decoder = new Decoder(forms);
        }
        Object value = decoder.decode(bytes, from);
        if (decoder.isSmall()) {
            decoders.give(decoder);
        }
        return value;
    }
}
