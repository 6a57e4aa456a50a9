package dev.weirpool.queue.signing;

/** What came out of Redis was not signed by anyone who knows our secret, for this use on this queue. It was not read any further. */
public final class WrongSignatureException extends IllegalArgumentException {

    WrongSignatureException(String message) {
        super(message);
    }
}
