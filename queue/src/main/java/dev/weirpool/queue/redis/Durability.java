package dev.weirpool.queue.redis;

import java.util.regex.Pattern;

/**
 * How safe something has to be before its sender is told that it was accepted: a task, an item of a shared queue, a change of
 * a schedule.
 *
 * <p>What workers have done is not waited for: if Redis forgets it, it is done again.
 *
 * @param level how
 * @param replicas on how many, if on replicas
 */
public record Durability(Level level, int replicas) {

    /** What there is. */
    public enum Level {
        /** Redis holds it in memory. */
        LOCAL,
        /** Redis has it on disk. */
        FSYNC,
        /** Replicas hold it in memory. */
        REPLICAS
    }

    /** Redis holds it; what survives its crash is what its {@code appendfsync} says. The default. */
    public static final Durability LOCAL = new Durability(Level.LOCAL, 0);

    /** The append-only file of Redis is on disk, whatever {@code appendfsync} says; needs Redis 7.2 and {@code appendonly yes}. */
    public static final Durability FSYNC = new Durability(Level.FSYNC, 0);

    private static final Pattern REPLICAS = Pattern.compile("replicas:([1-9]\\d{0,2})");

    public Durability {
        if (level == Level.REPLICAS ? replicas < 1 : replicas != 0) {
            throw new IllegalArgumentException("it must be on at least 1 replica, got " + replicas);
        }
    }

    /**
     * At least so many replicas hold it, so that it survives the loss of its master if one of them takes over.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public static Durability replicas(int count) {
        return new Durability(Level.REPLICAS, count);
    }

    /**
     * Reads {@code local}, {@code fsync} or {@code replicas:N}, as it is in an address.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    static Durability of(String text) {
        var replicas = REPLICAS.matcher(text);
        if (replicas.matches()) {
            return replicas(Integer.parseInt(replicas.group(1)));
        }
        return switch (text) {
            case "local" -> LOCAL;
            case "fsync" -> FSYNC;
            default ->
                throw new IllegalArgumentException("not a durability: '" + text
                        + "'; there are local, fsync and replicas:N, for example replicas:1");
        };
    }

    /** As {@link #of} reads it. */
    @Override
    public String toString() {
        return switch (level) {
            case LOCAL -> "local";
            case FSYNC -> "fsync";
            case REPLICAS -> "replicas:" + replicas;
        };
    }
}
