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
        var digest = scratch.digest;
        digest.reset(); // an exception may have left the last one half done
        digest.update(inner);
        content.feed(digest);
        scratch.end();
        digest.update(outer);
        digest.update(scratch.code);
        scratch.end();
        return scratch.code;
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

    /** What one thread uses over and over. */
    private static final class Scratch {

        private final MessageDigest digest = sha256();
        private final byte[] code = new byte[BYTES];

        private void end() {
            try {
                digest.digest(code, 0, BYTES);
            } catch (DigestException e) {
                throw new IllegalStateException("SHA-256 has " + BYTES + " bytes", e);
            }
        }
    }
}
