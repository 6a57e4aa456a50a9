package dev.weirpool.queue.signing;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Signs what goes one way through one queue, and verifies what comes out: with HMAC-SHA256, cut to {@value #BYTES} bytes. For use by many
 * threads.
 *
 * <p>The direction and the name of the queue are in the key, so a signature is good nowhere else.
 */
public final class Signer {

    /** The length of a signature. */
    public static final int BYTES = 16;

    /** The key id of what is not signed. */
    public static final byte UNSIGNED = 0;

    /** No key has this id: values begin with it, and are written as they are where nothing is signed. */
    private static final byte VALUE = 1;

    private static final int SEAL_BYTES = 1 + BYTES;

    private final Keyring.Kind kind;
    private final List<Key> keys;

    /**
     * A key of this signer's.
     *
     * @param id that of the secret from which it was made
     */
    record Key(byte id, Hmac hmac) {}

    /** @param keys the first signs, all verify */
    Signer(Keyring.Kind kind, List<Key> keys) {
        this.kind = kind;
        this.keys = List.copyOf(keys);
    }

    /** What is signed, piece by piece. */
    @FunctionalInterface
    public interface Content {
        void feed(MessageDigest digest);
    }

    /**
     * Which key {@link #sign} uses; {@link #UNSIGNED} if nothing is signed here.
     *
     * @throws MissingSecretException if this process was given no secret
     */
    public byte keyId() {
        requireSecret();
        return kind == Keyring.Kind.UNSIGNED ? UNSIGNED : keys.get(0).id;
    }

    /** Writes the signature of {@code content} into {@code target}; leaves that as it is if nothing is signed here. */
    public void sign(Content content, byte[] target, int at) {
        if (keyId() != UNSIGNED) {
            System.arraycopy(keys.get(0).hmac.of(content), 0, target, at, BYTES);
        }
    }

    /**
     * Checks that {@code content} was signed by one of our keys.
     *
     * @param signature an array that holds the signature
     * @param at where it begins
     * @throws WrongSignatureException if it was not
     * @throws MissingSecretException if this process was given no secret
     */
    public void verify(byte keyId, Content content, byte[] signature, int at) {
        requireSecret();
        if (kind == Keyring.Kind.UNSIGNED) {
            return;
        }
        if (keyId == UNSIGNED) {
            throw new WrongSignatureException("it is not signed");
        }
        var isKnown = false;
        for (var key : keys) {
            if (key.id == keyId) {
                isKnown = true;
                if (isEqual(key.hmac.of(content), signature, at)) {
                    return;
                }
            }
        }
        throw new WrongSignatureException(
                isKnown
                        ? "its signature is wrong"
                        : "it is signed with key " + (keyId & 0xff) + ", which no secret of this process has");
    }

    /** Takes as long wherever the difference is. */
    private static boolean isEqual(byte[] code, byte[] signature, int at) {
        var difference = 0;
        for (var i = 0; i < BYTES; i++) {
            difference |= code[i] ^ signature[at + i];
        }
        return difference == 0;
    }

    /**
     * {@code content} with its signature before it: the key's id, the signature unless that id is 0, the content. Where nothing is signed
     * an encoded value is left as it is.
     *
     * @param context what it is good for alone, for example a name
     */
    public byte[] seal(byte[] context, byte[] content) {
        var id = keyId();
        if (id == UNSIGNED && content.length > 0 && content[0] == VALUE) {
            return content;
        }
        if (id == UNSIGNED) {
            var plain = new byte[1 + content.length];
            System.arraycopy(content, 0, plain, 1, content.length);
            return plain;
        }
        var sealed = new byte[SEAL_BYTES + content.length];
        sealed[0] = id;
        System.arraycopy(content, 0, sealed, SEAL_BYTES, content.length);
        sign(inContext(context, sealed), sealed, 1);
        return sealed;
    }

    /**
     * The content that was {@link #seal}ed.
     *
     * @throws WrongSignatureException if it was not signed by one of our keys, in that context
     * @throws MissingSecretException if this process was given no secret
     */
    public byte[] open(byte[] context, byte[] sealed) {
        requireSecret();
        if (sealed.length > 0 && sealed[0] == VALUE) {
            if (kind == Keyring.Kind.UNSIGNED) {
                return sealed;
            }
            throw new WrongSignatureException("it is not signed");
        }
        if (sealed.length == 0 || (sealed[0] != UNSIGNED && sealed.length < SEAL_BYTES)) {
            throw new WrongSignatureException("it is too short to be signed");
        }
        if (sealed[0] == UNSIGNED && kind == Keyring.Kind.UNSIGNED) {
            return Arrays.copyOfRange(sealed, 1, sealed.length);
        }
        verify(sealed[0], inContext(context, sealed), sealed, 1);
        return Arrays.copyOfRange(sealed, SEAL_BYTES, sealed.length);
    }

    /** The content of what was {@link #seal}ed, by whomever: for who has no secret and shows it, and not to be acted upon. */
    public static byte[] unverified(byte[] sealed) {
        if (sealed.length > 0 && sealed[0] == VALUE) {
            return sealed;
        }
        var start = sealed.length == 0 || sealed[0] == UNSIGNED ? 1 : SEAL_BYTES;
        return Arrays.copyOfRange(sealed, Math.min(start, sealed.length), sealed.length);
    }

    private static Content inContext(byte[] context, byte[] sealed) {
        return digest -> {
            for (var shift = 24; shift >= 0; shift -= 8) { // the length, else they could run into each other
                digest.update((byte) (context.length >> shift));
            }
            digest.update(context);
            digest.update(sealed, SEAL_BYTES, sealed.length - SEAL_BYTES);
        };
    }

    /** Whether what is written is signed, and what is read has to be. */
    public boolean signs() {
        return kind != Keyring.Kind.UNSIGNED;
    }

    private void requireSecret() {
        if (kind == Keyring.Kind.NONE) {
            throw new MissingSecretException();
        }
    }
}
