package dev.weirpool.queue.signing;

/** Something has to be signed, or its signature verified, and this process was given no secret for that. */
public final class MissingSecretException extends IllegalStateException {

    MissingSecretException() {
        super(
                "no secret to sign and verify with: set WEIRPOOL_SECRET or WEIRPOOL_SECRET_FILE to the same on all machines"
                        + " (openssl rand -base64 32 makes one), or ask for none with WEIRPOOL_UNSIGNED=true");
    }
}
