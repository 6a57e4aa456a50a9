package dev.weirpool.queue;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long a task waits before it is tried again: {@code first} after its first attempt, {@code factor} times as long after each
 * further one, at most {@code cap}; each time shorter or longer by up to {@code jitter} of that at random, so that tasks that
 * failed together are not tried together.
 *
 * @param factor at least 1
 * @param jitter from 0 to 1
 */
public record Backoff(Duration first, double factor, Duration cap, double jitter) {

    /** 1 s, 2 s, 4 s and so on up to 5 minutes, each up to a fifth shorter or longer. */
    public static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(5), 0.2);

    public Backoff {
        if (first.isNegative() || cap.isNegative()) {
            throw new IllegalArgumentException("a backoff must not be negative, got " + first + " and at most " + cap);
        }
        if (!(factor >= 1)) {
            throw new IllegalArgumentException("the factor of a backoff must be at least 1, got " + factor);
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("the jitter of a backoff must be from 0 to 1, got " + jitter);
        }
    }

    /** The same time after each attempt. */
    public static Backoff fixed(Duration delay) {
        return new Backoff(delay, 1, delay, 0);
    }

    /** How long to wait after attempt number {@code attempt}, counted from 1. */
    public Duration after(int attempt) {
        var millis = Math.min((double) cap.toMillis(), first.toMillis() * Math.pow(factor, attempt - 1));
        var random = jitter == 0 ? 0 : ThreadLocalRandom.current().nextDouble(-jitter, jitter);
        return Duration.ofMillis(Math.round(millis * (1 + random)));
    }
}
