package dev.weirpool.queue.signing;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC-SHA256 (RFC 2104) with one key.
 *
 * <p>Not {@code javax.crypto.Mac}: to load what that stands on takes a worker twice as long as to load the digest.
 */
final class Hmac {

    static final int BYTES = 32;

    private static final int BLOCK = 64;
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final byte[] inner;
    private final byte[] outer;

    Hmac(byte[] key) {
        var block = Arrays.copyOf(key.length > BLOCK ? sha256().digest(key) : key, BLOCK);
        this.inner = padded(block, 0x36);
        this.outer = padded(block, 0x5c);
    }

    private static byte[] padded(byte[] block, int pad) {
        var padded = new byte[BLOCK];
        for (var i = 0; i < BLOCK; i++) {
            padded[i] = (byte) (block[i] ^ pad);
        }
        return padded;
    }

    /** The authentication code of {@code content}, in an array that the next call on this thread overwrites. */
    byte[] of(Signer.Content content) {
        var scratch = SCRATCH.get();
        scratch.begin(inner);
        content.feed(scratch);
        return scratch.end(outer);
    }

    /** Loads what the first signature of this process needs, which takes a while. */
    static void load() {
        SCRATCH.get();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * What one thread uses over and over. It gathers what it is fed, because to hand a digest many small pieces takes as long as to digest
     * them.
     */
    private static final class Scratch extends MessageDigest {

        private final MessageDigest digest = sha256();
        private final byte[] gathered = new byte[16 * BLOCK];
        private final byte[] code = new byte[BYTES];
        private int length;
        private boolean isHalfDone;

        Scratch() {
            super("gathering for SHA-256");
        }

        void begin(byte[] inner) {
            if (isHalfDone) { // by a content that threw
                digest.reset();
                isHalfDone = false;
            }
            length = 0;
            engineUpdate(inner, 0, BLOCK);
        }

        @Override
        protected void engineUpdate(byte one) {
            if (length == gathered.length) {
                pass();
            }
            gathered[length++] = one;
        }

        @Override
        protected void engineUpdate(byte[] source, int at, int count) {
            if (count > gathered.length - length) {
                pass();
                if (count > gathered.length) {
                    digest.update(source, at, count);
                    return;
                }
            }
            System.arraycopy(source, at, gathered, length, count);
            length += count;
        }

        private void pass() {
            isHalfDone = true;
            digest.update(gathered, 0, length);
            length = 0;
        }

        byte[] end(byte[] outer) {
            pass();
            digestInto(code);
            engineUpdate(outer, 0, BLOCK);
            engineUpdate(code, 0, BYTES);
            pass();
            digestInto(code);
            isHalfDone = false;
            return code;
        }

        private void digestInto(byte[] target) {
            try {
                digest.digest(target, 0, BYTES);
            } catch (DigestException e) {
                throw new IllegalStateException("SHA-256 has " + BYTES + " bytes", e);
            }
        }

        @Override
        protected byte[] engineDigest() {
            throw new UnsupportedOperationException("a content is to be fed, and not to be digested");
        }

        @Override
        protected void engineReset() {
            throw new UnsupportedOperationException("a content is to be fed, and not to be forgotten");
        }
    }
}
