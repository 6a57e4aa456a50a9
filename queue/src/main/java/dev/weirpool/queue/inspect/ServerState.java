package dev.weirpool.queue.inspect;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How the Redis server is.
 *
 * @param now by its clock, in the middle of the round trip
 * @param clockDifference how far its clock is ahead of ours; negative if behind
 * @param roundTrip the median of a few
 * @param info what it says of itself with {@code INFO}, by name; empty if it does not
 * @param appendfsync when it writes its log to the disk; empty if it does not say
 */
public record ServerState(
        Instant now,
        Duration clockDifference,
        Duration roundTrip,
        Map<String, String> info,
        Optional<String> appendfsync) {

    public ServerState {
        info = Map.copyOf(info);
    }

    /** Its version, for example {@code 7.2.4}; empty if it does not say. */
    public String version() {
        return info.getOrDefault("redis_version", "");
    }

    public String evictionPolicy() {
        return info.getOrDefault("maxmemory_policy", "");
    }

    public boolean hasAppendOnlyFile() {
        return "1".equals(info.get("aof_enabled"));
    }

    public long usedMemory() {
        return number("used_memory");
    }

    /** The most it may use, 0 if there is no limit. */
    public long maxMemory() {
        return number("maxmemory");
    }

    /** A number of {@link #info}, 0 if it is not there. */
    public long number(String name) {
        var text = info.getOrDefault(name, "");
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }
}
