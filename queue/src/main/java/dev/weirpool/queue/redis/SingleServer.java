package dev.weirpool.queue.redis;

import java.net.URI;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** One server, which is where its address says. */
record SingleServer(URI uri) implements Topology {

    @Override
    public RedisConnection connect(Duration timeout, BooleanSupplier givesUp) {
        return new ServerConnection(uri, timeout, givesUp);
    }
}
