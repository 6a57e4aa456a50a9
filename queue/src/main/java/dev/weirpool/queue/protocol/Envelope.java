package dev.weirpool.queue.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.signing.Signer;
import dev.weirpool.queue.signing.WrongSignatureException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A task as stored in Redis.
 *
 * <pre>
 * offset  bytes  field
 *      0      1  version of this layout: 1; or 2 if the body is the reference of a {@link Blob}
 *      1      1  flags: bits 0-1 priority, bit 2 a client awaits the result,
 *                bits 3-7 life: how often it was put back as a dead letter      (may change while stored)
 *      2      1  most attempts
 *      3      1  attempts that have failed                                     (may change while stored)
 *      4     16  id: producer and sequence
 *     20      1  key id of the signature, 0 = unsigned: then it is any bytes, which differ from task to task
 *     21      8  since: when it could first be run, ms since 1970 by its producer's clock, 0 = not known
 *     29     16  signature of all but what may change, and of the queue's name
 *     45      2  length of the headers; then the headers; the rest is the body
 * </pre>
 *
 * <p>The headers are pairs of strings, the first the task's readable name, so that pages and commands never decode a body.
 */
public final class Envelope {

    /** The largest envelope that is accepted. */
    public static final int MAX_BYTES = 16 * 1024 * 1024;

    /** The smallest thing that can be one: fixed fields and the length of the headers. */
    public static final int MIN_BYTES = 47;

    /** The largest whose body lies apart. */
    public static final int MOST_APART_BYTES = MIN_BYTES + 0xffff + Blob.REFERENCE_BYTES;

    /** The length of a {@link #fence}. */
    public static final int FENCE_BYTES = 19;

    static final int FIXED_BYTES = 45;
    private static final int KEY_ID = 20;
    private static final int SIGNATURE = 29;
    private static final int ID_BYTES = 16;
    private static final byte VERSION = 1;
    private static final byte VERSION_APART = 2;
    private static final int SINCE = 21;
    private static final int PRIORITY_BITS = 3;
    private static final int RESULT_BIT = 4;
    private static final String NAME = "";

    private final byte[] raw;
    private final @Nullable Signer verifier; // of what has not been verified yet, or never will be
    private @Nullable WrongSignatureException refusal; // found when it is first verified; the same for whoever finds it
    private @Nullable Headers headers; // found when first asked for; the same for whoever finds them

    private Envelope(byte[] raw, @Nullable Signer verifier) {
        this.raw = raw;
        this.verifier = verifier;
    }

    /**
     * An envelope from a place that is trusted, or of which no more than the fixed fields and the name are looked at, to be shown;
     * {@link #requireReadable} tells whether it is one.
     */
    public static Envelope stored(byte[] raw) {
        return new Envelope(raw, null);
    }

    /** An envelope out of Redis. It is readable only if {@code verifier} finds that it was signed; of any other only the fixed fields are read. */
    public static Envelope received(byte[] raw, Signer verifier) {
        return new Envelope(raw, verifier);
    }

    /** The bytes as stored; not to be changed. */
    public byte[] raw() {
        return raw;
    }

    public int size() {
        return raw.length;
    }

    public int priority() {
        return raw[1] & PRIORITY_BITS;
    }

    public boolean awaitsResult() {
        return raw.length >= MIN_BYTES && (raw[1] & RESULT_BIT) != 0;
    }

    public int maxAttempts() {
        return raw[2] & 0xff;
    }

    /** Which attempt comes next, from 1. */
    public int attempt() {
        return (raw[3] & 0xff) + 1;
    }

    /** The same task with one failed attempt more. */
    public Envelope nextAttempt() {
        var next = raw.clone();
        next[3] = (byte) Math.min(255, (raw[3] & 0xff) + 1);
        return new Envelope(next, verifier);
    }

    /** The same task for another life, its attempts counted from the start again. */
    public Envelope revived() {
        if (raw.length < MIN_BYTES) {
            return this; // none that could be read
        }
        var next = raw.clone();
        next[1] = (byte) (raw[1] + 8);
        next[3] = 0;
        return new Envelope(next, verifier);
    }

    /**
     * The same task, signed by {@code signer}, for another queue.
     *
     * @throws IllegalArgumentException as for {@link #requireReadable}
     */
    public Envelope signedBy(Signer signer) {
        requireReadable();
        return new Envelope(raw.clone(), null).sign(signer);
    }

    public long producer() {
        return ByteBuffer.wrap(raw).getLong(4);
    }

    public long sequence() {
        return ByteBuffer.wrap(raw).getLong(12);
    }

    /**
     * When it could first be run, in ms since 1970 by its producer's clock; 0 if that is not known, or it is tried again or was put back, as
     * then nothing says since when it waits.
     */
    public long sinceMillis() {
        var isNew = raw.length >= MIN_BYTES && (raw[1] & 0xff) < 8 && raw[3] == 0;
        return isNew ? ByteBuffer.wrap(raw).getLong(SINCE) : 0;
    }

    /** Life, attempt and id, and what lies between: what a settlement must match. */
    public byte[] fence() {
        // what is no envelope may be shorter, and must be settled all the same
        return Arrays.copyOfRange(raw, Math.min(1, raw.length), Math.min(1 + FENCE_BYTES, raw.length));
    }

    /** The id in a {@link #fence} of full length. */
    public static byte[] idOf(byte[] fence) {
        return Arrays.copyOfRange(fence, FENCE_BYTES - ID_BYTES, FENCE_BYTES);
    }

    public byte[] id() {
        return Arrays.copyOfRange(raw, Math.min(4, raw.length), Math.min(20, raw.length));
    }

    /** The same task under another id, for which it is signed. */
    public Envelope withId(long producer, long sequence, Signer signer) {
        var copy = raw.clone();
        System.arraycopy(id(producer, sequence), 0, copy, 4, 16);
        return new Envelope(copy, null).sign(signer);
    }

    /** Signs it; the array is not in other hands yet. */
    private Envelope sign(Signer signer) {
        raw[KEY_ID] = signer.keyId();
        signer.sign(this::feed, raw, SIGNATURE);
        return this;
    }

    /** What is signed: all that stays as it is while the task is stored. */
    private void feed(MessageDigest digest) {
        digest.update(raw, 0, 1);
        digest.update((byte) (raw[1] & (PRIORITY_BITS | RESULT_BIT)));
        digest.update(raw, 2, 1);
        digest.update(raw, 4, SIGNATURE - 4);
        digest.update(raw, FIXED_BYTES, raw.length - FIXED_BYTES);
    }

    static byte[] id(long producer, long sequence) {
        return ByteBuffer.allocate(16).putLong(producer).putLong(sequence).array();
    }

    /**
     * Checks that this can be read: version, signature, lengths.
     *
     * @throws WrongSignatureException if it comes from Redis and was not signed by one of our keys
     * @throws IllegalArgumentException naming what else is wrong
     */
    public void requireReadable() {
        if (raw.length < MIN_BYTES) {
            throw new IllegalArgumentException("an envelope of " + raw.length + " bytes is too short");
        }
        if (raw[0] != VERSION && raw[0] != VERSION_APART) {
            throw new IllegalArgumentException("unknown envelope version " + raw[0] + "; this worker reads versions "
                    + VERSION + " and " + VERSION_APART + ": upgrade the workers before the clients");
        }
        parsed(); // all of them, or an error
        if (raw[0] == VERSION_APART && blob().isEmpty()) {
            throw new IllegalArgumentException("the reference to the arguments of the task is damaged");
        }
    }

    /** Whether {@link #requireReadable} would pass. */
    public boolean isReadable() {
        try {
            requireReadable();
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The task's readable name, for example {@code com.acme.Tasks::checksum}. */
    public String name() {
        return parsed().name;
    }

    /** The readable name in the beginning of an envelope, as far as that goes; empty if there is none. */
    public static String nameIn(byte[] beginning) {
        var start = MIN_BYTES + 4;
        if (beginning.length < start || (beginning[0] != VERSION && beginning[0] != VERSION_APART)) {
            return "";
        }
        var length = ByteBuffer.wrap(beginning).getShort(MIN_BYTES + 2) & 0xffff;
        return new String(beginning, start, Math.min(length, beginning.length - start), UTF_8);
    }

    /** Whether there are any headers but the name; of what cannot be read, none. */
    public boolean hasHeaders() {
        return isReadable() && !parsed().others.isEmpty();
    }

    public Map<String, String> headers() {
        return parsed().others;
    }

    /** Which key it says it is signed with, from 2 to 255; 0 if with none. */
    public int keyId() {
        return raw.length < MIN_BYTES ? Signer.UNSIGNED : raw[KEY_ID] & 0xff;
    }

    /** What stands for the body, if that lies apart. */
    public Optional<Blob> blob() {
        return raw.length >= MIN_BYTES && raw[0] == VERSION_APART
                ? Blob.in(raw, FIXED_BYTES + 2 + headerBytes())
                : Optional.empty();
    }

    /** The body, or the reference to it. */
    public byte[] body() {
        parsed(); // or an error
        return Arrays.copyOfRange(raw, FIXED_BYTES + 2 + headerBytes(), raw.length);
    }

    private void requireGenuine() {
        var known = refusal;
        if (known != null) {
            throw known;
        }
        if (verifier != null) {
            try {
                verifier.verify(raw[KEY_ID], this::feed, raw, SIGNATURE);
            } catch (WrongSignatureException e) {
                refusal = e;
                throw e;
            }
        }
    }

    private int headerBytes() {
        return ByteBuffer.wrap(raw).getShort(FIXED_BYTES) & 0xffff;
    }

    private Headers parsed() {
        var known = headers;
        if (known == null) {
            requireGenuine();
            if (FIXED_BYTES + 2 + headerBytes() > raw.length) {
                throw new IllegalArgumentException("the headers of the envelope run over its end");
            }
            known = Headers.in(ByteBuffer.wrap(raw, FIXED_BYTES + 2, headerBytes()));
            headers = known;
        }
        return known;
    }

    /** @param others but the name */
    private record Headers(String name, Map<String, String> others) {

        static Headers in(ByteBuffer in) {
            if (!in.hasRemaining()) {
                return new Headers("", Map.of());
            }
            var all = new LinkedHashMap<String, String>();
            var first = string(in);
            var value = string(in);
            if (first.equals(NAME) && !in.hasRemaining()) { // as nearly always
                return new Headers(value, Map.of());
            }
            all.put(first, value);
            while (in.hasRemaining()) {
                all.put(string(in), string(in));
            }
            var name = all.remove(NAME);
            return new Headers(name == null ? "" : name, Map.copyOf(all));
        }
    }

    private static String string(ByteBuffer in) {
        if (in.remaining() < 2) {
            throw new IllegalArgumentException("a header of the envelope runs over its end");
        }
        var length = in.getShort() & 0xffff;
        if (length > in.remaining()) {
            throw new IllegalArgumentException("a header of the envelope runs over its end");
        }
        var text = new byte[length];
        in.get(text);
        return new String(text, UTF_8);
    }

    /** All of an envelope but its id, which is given when it is sent. */
    public record Draft(
            String name,
            int priority,
            boolean awaitsResult,
            int maxAttempts,
            Map<String, String> headers,
            byte[] body) {

        /**
         * @throws IllegalArgumentException if the body is larger than {@link Blob#MAX_BYTES}
         */
        public Draft {
            requireAtMost(Blob.MAX_BYTES, name, body);
        }

        /**
         * The same, to travel with its body.
         *
         * @throws IllegalArgumentException if the envelope would be larger than {@link #MAX_BYTES}
         */
        public Draft inline() {
            requireAtMost(MAX_BYTES - FIXED_BYTES - 0x10000, name, body);
            return this;
        }

        private static void requireAtMost(int limit, String name, byte[] body) {
            if (body.length > limit) {
                throw new IllegalArgumentException("the arguments of " + name + " take " + body.length
                        + " bytes, more than the limit of " + limit
                        + "; pass a file or a key to read them from instead");
            }
        }

        /** What stands for the body, if it is too large to travel as it is. */
        Optional<Blob> apart() {
            return body.length > Blob.INLINE_BYTES ? Optional.of(Blob.of(body)) : Optional.empty();
        }

        /** The envelope, with its id, and when it can first be run, in ms since 1970; signed. */
        public Envelope seal(long producer, long sequence, long sinceMillis, Signer signer) {
            return seal(producer, sequence, sinceMillis).sign(signer);
        }

        /** The envelope, with its id, unsigned: for one that does not travel as it is. */
        public Envelope seal(long producer, long sequence) {
            return seal(producer, sequence, 0);
        }

        /** The same with {@code blob} in place of the body; signed. */
        Envelope sealApart(Blob blob, long producer, long sequence, long sinceMillis, Signer signer) {
            return seal(VERSION_APART, blob.reference(), producer, sequence, sinceMillis)
                    .sign(signer);
        }

        private Envelope seal(long producer, long sequence, long sinceMillis) {
            return seal(VERSION, body, producer, sequence, sinceMillis);
        }

        private Envelope seal(byte version, byte[] body, long producer, long sequence, long sinceMillis) {
            var head = encodedHeaders();
            var out = ByteBuffer.allocate(FIXED_BYTES + 2 + head.length + body.length);
            out.put(version);
            out.put((byte) (priority | (awaitsResult ? RESULT_BIT : 0)));
            out.put((byte) maxAttempts);
            out.put((byte) 0);
            out.putLong(producer).putLong(sequence);
            out.putLong(SINCE, sinceMillis);
            out.position(SIGNATURE);
            out.putLong(spread(sequence)).putLong(spread(~sequence));
            out.putShort((short) head.length).put(head).put(body);
            return new Envelope(out.array(), null);
        }

        /**
         * What stands in for a signature. The Lua of Redis tells long strings apart by every fifth byte or so, and of tasks in a row
         * it sees the same ones: it then compares each with thousands of others, which costs it more than all the rest.
         */
        private static long spread(long sequence) {
            var mixed = (sequence ^ (sequence >>> 30)) * 0xbf58476d1ce4e5b9L;
            mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
            return mixed ^ (mixed >>> 31);
        }

        private byte[] encodedHeaders() {
            var texts = new byte[2 + 2 * headers.size()][];
            texts[0] = NAME.getBytes(UTF_8);
            texts[1] = name.getBytes(UTF_8);
            var count = 2;
            var sorted = headers.size() < 2 ? headers : new TreeMap<>(headers); // the same task has the same bytes
            for (var header : sorted.entrySet()) {
                texts[count++] = header.getKey().getBytes(UTF_8);
                texts[count++] = header.getValue().getBytes(UTF_8);
            }
            var size = 0;
            for (var text : texts) {
                size += 2 + text.length;
            }
            if (size > 0xffff) {
                throw new IllegalArgumentException(
                        "the headers of " + name + " take " + size + " bytes, more than the limit of " + 0xffff);
            }
            var out = ByteBuffer.allocate(size);
            for (var text : texts) {
                out.putShort((short) text.length).put(text);
            }
            return out.array();
        }
    }
}
