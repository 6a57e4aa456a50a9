package dev.weirpool.queue.redis;

import java.net.URI;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Where the servers of an address are, as far as is known; may be shared by all threads of the process. */
sealed interface Topology permits SingleServer, Sentinels, Cluster {

    static Topology of(URI uri) {
        return switch (RedisUri.kind(uri)) {
            case SINGLE -> new SingleServer(uri);
            case SENTINEL -> new Sentinels(uri);
            case CLUSTER -> new Cluster(uri);
        };
    }

    /**
     * Opens a connection.
     *
     * @param givesUp a reason not to wait for replies any longer
     * @throws RedisUnavailableException if no server that can serve is found
     */
    RedisConnection connect(Duration timeout, BooleanSupplier givesUp);
}
