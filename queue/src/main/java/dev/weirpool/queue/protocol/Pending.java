package dev.weirpool.queue.protocol;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A task on its way to Redis.
 *
 * @param body what is sent ahead of its envelope, if that is too large to travel in it
 * @param unique the name that it is to hold, alone
 * @param failWhenFull whether it does not wait until there is room for it
 * @param stored tells whoever sent it what has become of it
 */
record Pending(
        Envelope envelope,
        Optional<Body> body,
        Due due,
        Optional<UniqueName> unique,
        boolean failWhenFull,
        CompletableFuture<PushReply> stored) {

    /** A body that lies apart. */
    record Body(Blob blob, byte[] bytes) {}

    long sequence() {
        return envelope.sequence();
    }

    /** Whether it is sent with no other. */
    boolean isAlone() {
        return unique.isPresent() || body.isPresent();
    }

    long bytes() {
        return (long) envelope.size() + body.map(apart -> apart.bytes.length).orElse(0);
    }

    /** Has it end as {@code answer} does. */
    void endWith(CompletableFuture<PushReply> answer) {
        answer.whenComplete((reply, failure) -> {
            if (failure == null) {
                stored.complete(reply);
            } else {
                stored.completeExceptionally(failure);
            }
        });
    }
}
