package dev.weirpool.cli;

import dev.weirpool.queue.RedisOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which Redis to use. */
final class RedisArgument {
    @Option(
            names = "--redis",
            paramLabel = "URL",
            description = "The Redis to use, as redis://[user:password@]host[:port][/db]; else the one that"
                    + " WEIRPOOL_REDIS_URL names, which keeps a password off the command line.")
    private @Nullable String url;

    boolean isGiven() {
        return url != null;
    }

    /** What was given, else the embedded server. */
    RedisOptions options() {
        return url != null ? RedisOptions.of(url) : RedisOptions.embedded();
    }

    /**
     * What was given.
     *
     * @throws IllegalArgumentException if nothing was: an embedded server would be nobody else's
     */
    RedisOptions required() {
        if (url == null) {
            throw new IllegalArgumentException(
                    "no Redis given: name one with --redis redis://host:6379 or WEIRPOOL_REDIS_URL");
        }
        return options();
    }
}
